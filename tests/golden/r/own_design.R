# Our design in R: communes drawn without replacement within districts (first-stage correction N_h), respondents counted
# as drawn with replacement within communes (a list of 10^12 each). Simulated data (dữ liệu mô phỏng).
#   Rscript own_design.R own_design.csv own_design.json
# Needs only the package survey (4.1 or later).
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = FALSE)
arguments <- commandArgs(trailingOnly = TRUE)
x <- read.csv(arguments[1])
x$list_size <- 1e12
des <- svydesign(ids = ~commune + id, strata = ~district, weights = ~weight, fpc = ~n_communes + list_size, data = x)

wilson <- function(p, n_eff, df) {
  t <- qt(0.975, df); c <- t^2 / n_eff
  half <- t / (2 * n_eff) * sqrt(4 * n_eff * p * (1 - p) + t^2)
  c((p + c / 2 - half) / (1 + c), (p + c / 2 + half) / (1 + c))
}

# The published rule; `above` is the same figure for the province.
publish <- function(e, above) {
  p <- e$estimate; V <- e$se^2; n <- e$total
  deff <- above$deff_with_replacement
  deff <- if (is.na(deff)) 1 else max(deff, 1)
  if (V < 1e-24) return(wilson(p, n / deff, above$df))
  if (e$df < 3) return(wilson(p, min(p * (1 - p) / V, n / deff), above$df))
  wilson(p, min(p * (1 - p) / V, n), e$df)
}

proportion <- function(item, domain) {
  d <- subset(des, domain & !is.na(x[[item]]))
  m <- svymean(reformulate(item), d, deff = "replace")
  v <- svymean(reformulate(item), d, deff = TRUE)
  flat <- as.numeric(SE(m)) < 1e-12
  list(n = nrow(d), total = nrow(d), n_psu = length(unique(d$cluster[, 1])), n_strata = length(unique(d$strata[, 1])),
       estimate = as.numeric(coef(m)), se = as.numeric(SE(m)), df = degf(d), df_design = degf(des),
       deff_with_replacement = if (flat) NA else as.numeric(deff(m)),
       deff_without_replacement = if (flat) NA else as.numeric(deff(v)), sum_weights = sum(weights(d)))
}

pooled <- function(domain) {
  d <- subset(des, domain & x$answered > 0)
  r <- svyratio(~satisfied, ~answered, d)
  p <- as.numeric(coef(r)); se <- as.numeric(SE(r)); total <- sum(d$variables$answered)
  simple <- p * (1 - p) / (total - 1)          # total answers drawn one by one
  population <- sum(weights(d) * d$variables$answered)
  list(n = nrow(d), total = total, n_psu = length(unique(d$cluster[, 1])), n_strata = length(unique(d$strata[, 1])),
       estimate = p, se = se, df = degf(d), df_design = degf(des), deff_with_replacement = se^2 / simple,
       deff_without_replacement = se^2 / (simple * (1 - total / population)), sum_weights = sum(weights(d)))
}

number <- function(v) ifelse(is.finite(v), sprintf("%.17g", v), "null")
lines <- c()
items <- c("a1", "a2", "a3", "a4", "a5", "a6", "pooled")
everyone <- rep(TRUE, nrow(x))
for (item in items) {
  estimate <- function(domain) if (item == "pooled") pooled(domain) else proportion(item, domain)
  province <- estimate(everyone)
  for (by in c("all", "sex", "district", "sex:district")) {
    key <- switch(by, all = rep("", nrow(x)), "sex:district" = paste(x$sex, x$district, sep = ":"), x[[by]])
    for (level in sort(unique(key))) {
      e <- estimate(key == level)
      figures <- paste0('"', names(e), '":', sapply(e, number), collapse = ",")
      limits <- paste(number(publish(e, province)), collapse = ",")
      lines <- c(lines, sprintf('{"measure":"%s","by":"%s","level":"%s",%s,"published":[%s]}',
                                item, by, level, figures, limits))
    }
  }
}
writeLines(c("[", paste0(lines, c(rep(",", length(lines) - 1), "")), "]"), arguments[2])
