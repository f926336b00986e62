# Degrees of freedom where strata were taken whole, in R: the variance split in two with svytotal of the linearised
# values, then put together (Satterthwaite 1946). Simulated data (dữ liệu mô phỏng).
#   Rscript whole_strata.R ../data/syn_a_province.csv whole_strata.json
# Needs only the package survey (4.1 or later).
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = FALSE)
arguments <- commandArgs(trailingOnly = TRUE)
x <- read.csv(arguments[1])
drawn <- tapply(x$commune, x$district, function(v) length(unique(v)))
x$n_drawn <- drawn[x$district]

figures <- function(whole, item, domain) {
  x$N <- ifelse(x$district %in% whole, x$n_drawn, x$n_communes)   # as if these districts had been taken whole
  taken <- x$N == x$n_drawn
  valid <- !is.na(x[[item]]) & domain
  y <- ifelse(valid, as.integer(x[[item]] >= 4), 0)
  X <- sum(x$w[valid]); R <- sum(x$w * y) / X
  z <- ifelse(valid, (y - R) / X, 0)                              # linearised values, before the weights
  des <- svydesign(ids = ~commune + id, strata = ~district, weights = ~w, fpc = ~N + list_size,
                   data = transform(x, between = z * !taken, within = z * taken))
  V1 <- as.numeric(vcov(svytotal(~between, des))); V2 <- as.numeric(vcov(svytotal(~within, des)))
  count <- function(rows) c(length(unique(x$commune[rows])), length(unique(x$district[rows])))
  a <- count(valid & !taken); b <- count(valid & taken)
  d1 <- a[1] - a[2]; d2 <- sum(valid & taken) - b[1]
  df <- if (V1 == 0) d2 else if (V2 == 0) d1 else (V1 + V2)^2 / (V1^2 / max(d1, 1) + V2^2 / max(d2, 1))
  sprintf('{"whole":[%s],"item":"%s","estimate":%.17g,"variance":%.17g,"df":%.17g}',
          paste0('"', whole, '"', collapse = ","), item, R, V1 + V2, df)
}

everyone <- rep(TRUE, nrow(x))
sets <- list("D15", c("D01", "D15"), paste0("D", sprintf("%02d", 1:11)), paste0("D", sprintf("%02d", 1:15)))
lines <- c()
for (whole in sets) for (item in c("q01", "q07", "q20")) lines <- c(lines, figures(whole, item, everyone))
lines <- c(lines, figures(c("D01", "D02", "D15"), "q07", x$sex == "F"))
writeLines(c("[", paste0(lines, c(rep(",", length(lines) - 1), "")), "]"), arguments[2])
