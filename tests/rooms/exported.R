# Figures of the village form from an exported file: Rscript exported.R responses.csv
# One line a figure: item, domain, estimate, standard error, degrees of freedom. Where strata were taken whole the
# variance is split in two with svytotal of the linearised values and put together (Satterthwaite 1946).
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", digits = 12)
x <- read.csv(commandArgs(trailingOnly = TRUE)[1])
declare <- function(data) svydesign(ids = ~psu + response, strata = ~stratum, weights = ~weight,
                                    fpc = ~stratum_size + list_size, data = data)
des <- declare(x)
items <- c("q1", "q2", "q3")
for (i in items) x[[i]] <- ifelse(x[[i]] %in% 1:3, x[[i]], NA)
yes <- as.data.frame(1 * (x[items] >= 3)); names(yes) <- paste0(items, "_yes")
satisfied <- rowSums(yes, na.rm = TRUE); answered <- rowSums(!is.na(yes))
des <- do.call(update, c(list(des), as.list(yes), list(satisfied = satisfied, answered = answered)))
drawn <- tapply(x$psu, x$stratum, function(v) length(unique(v)))
taken <- x$stratum_size <= drawn[as.character(x$stratum)]

freedom <- function(domain, y, base, counted) {
  valid <- domain & !is.na(base) & base > 0
  if (!any(taken)) return(counted)
  y <- ifelse(valid, y, 0); base <- ifelse(valid, base, 0)
  total <- sum(x$weight * base); z <- (y - sum(x$weight * y) / total * base) / total
  split <- declare(transform(x, between = z * !taken, within = z * taken))
  V1 <- as.numeric(vcov(svytotal(~between, split))); V2 <- as.numeric(vcov(svytotal(~within, split)))
  psus <- function(rows) length(unique(x$psu[rows])); strata <- function(rows) length(unique(x$stratum[rows]))
  d1 <- psus(valid & !taken) - strata(valid & !taken); d2 <- sum(valid & taken) - psus(valid & taken)
  if (V2 > 0) (V1 + V2)^2 / (V1^2 / max(d1, 1) + V2^2 / max(d2, 1))
  else if (d2 == 0) counted else if (any(valid & !taken)) d1 else d2
}
say <- function(of, level, rows) {
  d <- des[which(rows), ]
  if (of == "q1") {
    d <- subset(d, !is.na(q1_yes)); m <- svymean(~q1_yes, d)
    df <- freedom(rows, yes$q1_yes, ifelse(is.na(yes$q1_yes), NA, 1), degf(d))
  } else {
    d <- subset(d, answered > 0); m <- svyratio(~satisfied, ~answered, d)
    df <- freedom(rows, satisfied, answered, degf(d))
  }
  cat(of, level, coef(m), sqrt(vcov(m)), df, "\n")
}
by <- if (length(unique(x$district[!is.na(x$district)])) > 1) "district" else "sex"
for (of in c("q1", "overall")) {
  say(of, "all", rep(TRUE, nrow(x)))
  for (level in sort(unique(x[[by]]))) say(of, level, x[[by]] %in% level)
}
