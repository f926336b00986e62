# Two waves in the same communes: the difference of the rates with its standard error, and of each rate alone.
# Usage: Rscript waves.R rows.csv
suppressPackageStartupMessages(library(survey))
rows <- read.csv(commandArgs(TRUE)[1], colClasses = c(psu = "character", stratum = "character", wave = "character"))
design <- svydesign(ids = ~psu, strata = ~stratum, fpc = ~population, weights = ~weight, data = rows)
both <- svyby(~y, ~wave, design, svymean, covmat = TRUE)
difference <- svycontrast(both, c(-1, 1))
cat(sprintf("%.15g\n", c(coef(both), SE(both), coef(difference), SE(difference), vcov(both)[1, 2])))
