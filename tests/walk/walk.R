# The published figures of the walk, computed by R's survey package from the response file and the draw report.
#   Rscript walk.R responses.csv units.csv walk.json
# units.csv is the draw report as a table: code, stratum, size, drawn. Needs survey 4.1 or later.
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = FALSE)
arguments <- commandArgs(trailingOnly = TRUE)
x <- read.csv(arguments[1], colClasses = c(commune_code = "character"))
units <- read.csv(arguments[2], colClasses = c(code = "character", stratum = "character"))
drawn <- table(units$stratum[units$drawn == 1])
x <- merge(x, units[units$drawn == 1, c("code", "stratum", "size")], by.x = "commune_code", by.y = "code")
x$weight <- x$size / as.numeric(drawn[x$stratum])
x$list_size <- 1e12

items <- c(paste0("a", 1:4), paste0("b", 5:9), paste0("c", 10:15), paste0("d", 16:18), paste0("e", 19:22))
groups <- list(access = items[1:4], procedure = items[5:9], official = items[10:15], outcome = items[16:18],
               feedback = items[19:22], sipas = items)
for (item in items) x[[item]] <- ifelse(x[[item]] %in% 1:5, as.integer(x[[item]] >= 4), NA)
for (group in names(groups)) {
  answers <- as.matrix(x[groups[[group]]])
  x[[paste0(group, "_satisfied")]] <- rowSums(answers, na.rm = TRUE)
  x[[paste0(group, "_answered")]] <- rowSums(!is.na(answers))
}
des <- svydesign(ids = ~commune_code + response_id, strata = ~stratum, weights = ~weight,
                 fpc = ~size + list_size, data = x)

wilson <- function(p, n_eff, df) {
  t <- qt(0.975, df); c <- t^2 / n_eff
  half <- t / (2 * n_eff) * sqrt(4 * n_eff * p * (1 - p) + t^2)
  c((p + c / 2 - half) / (1 + c), (p + c / 2 + half) / (1 + c))
}

publish <- function(e, above) {
  p <- e$estimate; V <- e$se^2
  deff <- if (is.na(above$deff)) 1 else max(above$deff, 1)
  if (V < 1e-24) return(wilson(p, e$n / deff, above$df))
  if (e$df < 3) return(wilson(p, min(p * (1 - p) / V, e$n / deff), above$df))
  wilson(p, min(p * (1 - p) / V, e$n), e$df)
}

figure <- function(of, domain) {
  if (of %in% items) {
    d <- subset(des, domain & !is.na(x[[of]]))
    m <- svymean(reformulate(of), d, deff = "replace")
    n <- nrow(d); respondents <- n; se <- as.numeric(SE(m)); p <- as.numeric(coef(m)); deff <- as.numeric(deff(m))
  } else {
    d <- subset(des, domain & x[[paste0(of, "_answered")]] > 0)
    r <- svyratio(reformulate(paste0(of, "_satisfied")), reformulate(paste0(of, "_answered")), d)
    p <- as.numeric(coef(r)); se <- as.numeric(SE(r)); n <- sum(d$variables[[paste0(of, "_answered")]])
    respondents <- nrow(d); deff <- se^2 / (p * (1 - p) / (n - 1))
  }
  list(estimate = p, se = se, n = n, respondents = respondents, n_psu = length(unique(d$cluster[, 1])), df = degf(d),
       deff = if (se < 1e-12) NA else deff)
}

number <- function(v) ifelse(is.finite(v), sprintf("%.17g", v), "null")
lines <- c()
for (by in c("", "stratum", "sex", "channel")) {
  key <- if (by == "") rep("", nrow(x)) else as.character(x[[by]])
  for (level in sort(unique(key[!is.na(key)]))) for (of in c("sipas", names(groups)[1:5], items)) {
    e <- figure(of, !is.na(key) & key == level)
    above <- figure(of, rep(TRUE, nrow(x)))
    limits <- if (e$respondents < 10) "null" else paste0("[", paste(number(publish(e, above)), collapse = ","), "]")
    lines <- c(lines, sprintf('{"of":"%s","by":"%s","level":"%s",%s,"ci":%s}', of,
                              if (by == "stratum") "district" else by, level,
                              paste0('"', names(e), '":', sapply(e, number), collapse = ","), limits))
  }
}
writeLines(c("[", paste0(lines, c(rep(",", length(lines) - 1), "")), "]"), arguments[3])
