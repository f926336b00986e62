# Figures of the village form from an exported file: Rscript exported.R responses.csv
# One line a figure: item, domain, estimate, standard error, degrees of freedom.
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", digits = 12)
x <- read.csv(commandArgs(trailingOnly = TRUE)[1])
des <- svydesign(ids = ~psu + response, strata = ~stratum, weights = ~weight,
                 fpc = ~stratum_size + list_size, data = x)
items <- c("q1", "q2", "q3")
for (i in items) x[[i]] <- ifelse(x[[i]] %in% 1:3, x[[i]], NA)
yes <- as.data.frame(1 * (x[items] >= 3)); names(yes) <- paste0(items, "_yes")
des <- do.call(update, c(list(des), as.list(yes),
               list(satisfied = rowSums(yes, na.rm = TRUE), answered = rowSums(!is.na(yes)))))
say <- function(of, level, d) {
  if (of == "q1") {
    d <- subset(d, !is.na(q1_yes)); m <- svymean(~q1_yes, d)
  } else {
    d <- subset(d, answered > 0); m <- svyratio(~satisfied, ~answered, d)
  }
  cat(of, level, coef(m), sqrt(vcov(m)), degf(d), "\n")
}
by <- if (length(unique(x$district[!is.na(x$district)])) > 1) "district" else "sex"
for (of in c("q1", "overall")) {
  say(of, "all", des)
  for (level in sort(unique(x[[by]]))) say(of, level, des[which(x[[by]] == level), ])
}
