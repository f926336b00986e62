# Tính lại mọi con số đã công bố từ phieu.csv và so với ket-qua.csv. Cần R từ 4.0 và gói survey từ 4.1 (Lumley 2004).
# Computes every published figure from phieu.csv again and compares it with ket-qua.csv. Needs R and the package survey.
#   Rscript tinh-lai.R [thư mục / folder]
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = FALSE, digits = 10)
tolerance <- 1e-6                                   # sai khác tương đối cho phép / relative difference allowed
folder <- c(commandArgs(trailingOnly = TRUE), ".")[1]
read <- function(name, text) {
  path <- file.path(folder, name)
  first <- names(read.csv(path, nrows = 1, check.names = FALSE, fileEncoding = "UTF-8-BOM"))
  read.csv(path, check.names = FALSE, fileEncoding = "UTF-8-BOM", na.strings = "",
           colClasses = setNames(ifelse(first %in% text, "character", NA), first))
}
x <- read("phieu.csv", text_columns)
published <- read("ket-qua.csv", c("of", "kind", "domain", "domain_value", "option", "verdict", "withheld", "unit"))
for (name in c("of", "kind", "domain", "domain_value", "option")) published[[name]][is.na(published[[name]])] <- ""
w <- x$weight

# Thiết kế mẫu: tầng, đơn vị cấp một, trọng số, hiệu chỉnh tổng thể hữu hạn ở cả hai giai đoạn.
# The design: strata, primary units, weights, both finite population corrections. Inf: drawn with replacement.
x$.z <- 0
if (probability) des <- svydesign(ids = ~psu + row, strata = ~stratum, weights = ~weight,
                                  fpc = ~stratum_size + list_size, data = x)
drawn <- tapply(x$psu, x$stratum, function(units) length(unique(units)))
taken <- as.numeric(drawn[x$stratum]) >= x$stratum_size   # tầng lấy hết / strata taken whole

# Phương sai của tổng các giá trị tuyến tính hóa / variance of the total of linearised values (Binder 1983)
variance <- function(z) {
  d <- des; d$variables$.z <- z
  as.numeric(vcov(svytotal(~.z, d)))
}
# Phần trong các đơn vị của những tầng lấy hết / the part within the units of strata taken whole
variance_within <- function(z) {
  if (!any(taken)) return(0)
  v <- (w * z)[taken]; unit <- x$psu[taken]; size <- x$list_size[taken]
  m <- ave(rep(1, length(v)), unit, FUN = sum)
  centre <- ifelse(m > 1, ave(v, unit), 0)
  sum((1 - m / size) * ifelse(m > 1, m / (m - 1), 1) * (v - centre)^2)
}
# Bậc tự do; tầng lấy hết tính riêng (Satterthwaite 1946) / degrees of freedom, strata taken whole apart
degrees <- function(on, V, V2) {
  pairs <- function(rows) c(length(unique(x$psu[rows])), length(unique(x$stratum[rows])))
  counted <- pairs(on)[1] - pairs(on)[2]
  if (!any(taken)) return(counted)
  d1 <- pairs(on & !taken)[1] - pairs(on & !taken)[2]
  d2 <- sum(on & taken) - pairs(on & taken)[1]
  if (V2 > 0 && V > 0) return(V^2 / (max(V - V2, 0)^2 / max(d1, 1) + V2^2 / max(d2, 1)))
  if (d2 > 0) return(if (any(on & !taken)) d1 else d2)
  counted
}

# Câu trả lời của một câu hỏi; ngoài thang là không trả lời / answers of a question, NA for none that counts
once <- function(work) {                         # mỗi câu hỏi chỉ đọc một lần / each question is read once
  kept <- new.env()
  function(key) { if (is.null(kept[[key]])) kept[[key]] <- work(key); kept[[key]] }
}
answers <- once(function(key) {
  item <- items[[key]]; v <- x[[item$column]]
  if (is.null(item$valid)) ifelse(v < 0, NA, v) else ifelse(v %in% item$valid, v, NA)
})
side <- once(function(key) {                     # 1 hài lòng, 0 trung lập, -1 không hài lòng / 1, 0, -1
  v <- answers(key)
  ifelse(is.na(v), NA, (v %in% items[[key]]$satisfied) - 1 * (v %in% items[[key]]$dissatisfied))
})
satisfied <- function(key) 1 * (side(key) == 1)
points <- function(key) {
  v <- answers(key); turned <- items[[key]]$turned
  if (is.null(turned)) v else turned - v
}
asked <- function(key) { v <- x[[items[[key]]$column]]; is.na(v) | as.character(v) != "-1" }
indicator <- function(one) {
  v <- answers(one$item)
  if (is.null(one$codes)) as.numeric(v) else ifelse(is.na(v), NA, 1 * (as.character(v) %in% one$codes))
}

# Mỗi con số là tỷ số của hai tổng, hoặc ghép từ nhiều tỷ số / a figure is a ratio of two sums, or made of several ratios
prepare <- function(figure) {
  keys <- figure$items
  each <- function(one) matrix(sapply(keys, one), nrow = nrow(x))
  base <- rowSums(each(asked))
  columns <- switch(figure$how,
    pooled = , all = , mean_of_rates = each(satisfied), points = each(points), numbers = each(answers),
    papi = sapply(unlist(unlist(figure$dimensions, FALSE), FALSE), indicator))
  columns <- matrix(as.numeric(columns), nrow = nrow(x))
  given <- rowSums(!is.na(columns)); sum_of <- rowSums(columns, na.rm = TRUE)
  if (figure$how == "all") { base <- 1 * (base > 0); sum_of <- 1 * (given > 0 & sum_of == given); given <- 1 * (given > 0) }
  several <- figure$how %in% c("mean_of_rates", "papi")
  list(y = if (several) columns else matrix(sum_of), x = if (several) 1 * !is.na(columns) else matrix(given),
       base = base, given = given, figure = figure)
}
combine <- function(figure, R) {                 # giá trị và hệ số / value and slopes
  known <- is.finite(R)
  if (figure$how == "mean_of_rates") return(list(value = mean(R[known]), slope = known / sum(known)))
  if (figure$how != "papi") return(list(value = R, slope = 1))
  value <- 0; slope <- rep(0, length(R)); at <- 0
  for (dimension in figure$dimensions) for (part in dimension) {
    place <- at + seq_along(part); at <- at + length(part); m <- length(dimension)
    here <- place[known[place]]
    if (!length(here)) { value <- NaN; next }
    for (i in here) {
      one <- part[[i - place[1] + 1]]; ends <- c(1, 10) / m; if (one$negative) ends <- rev(ends)
      b <- (ends[2] - ends[1]) / (one$max - one$min); slack <- 1e-9 * (one$max - one$min)
      outside <- R[i] < one$min - slack || R[i] > one$max + slack
      value <- value + (if (!outside) ends[1] + b * (R[i] - one$min) else if (R[i] < one$min) ends[1] else ends[2]) / length(here)
      slope[i] <- if (outside) 0 else b / length(here)
    }
  }
  list(value = value, slope = slope)
}
estimate <- function(p, inside) {
  R <- rep(NaN, ncol(p$y)); z <- matrix(0, nrow(x), ncol(p$y))
  for (j in seq_along(R)) {
    on <- inside & p$x[, j] > 0; X <- sum((w * p$x[, j])[on])
    if (X > 0) {
      R[j] <- sum((w * p$y[, j])[on]) / X
      z[on, j] <- (p$y[on, j] - R[j] * p$x[on, j]) / X
    }
  }
  made <- combine(p$figure, R); z <- as.numeric(z %*% made$slope)
  on <- inside & p$given > 0; total <- sum(p$given[on])
  e <- list(respondents = sum(on), n = total, base = sum(p$base[inside]), n_psu = length(unique(x$psu[on])),
            estimate = made$value, lonely = FALSE)
  e$missing <- e$base - e$n
  if (!probability || !any(on)) return(e)
  V <- variance(z); if (sqrt(V) < 1e-12 * max(1, abs(made$value))) V <- 0
  V2 <- variance_within(z); if (V2 < 1e-12 * V) V2 <- 0
  e$se <- sqrt(V); e$df <- degrees(on, V, V2)
  simple <- made$value * (1 - made$value) / (total - 1)
  e$deff <- if (V > 0 && is.finite(simple) && simple > 0) V / simple else NA
  e
}

# Khoảng Wilson với cỡ mẫu hiệu dụng (Wilson 1927) / Wilson's interval with the effective sample size
wilson <- function(p, n_eff, df) {
  t <- qt((1 + level) / 2, df); c <- t^2 / n_eff
  half <- t / (2 * n_eff) * sqrt(4 * n_eff * p * (1 - p) + t^2)
  c((p + c / 2 - half) / (1 + c), (p + c / 2 + half) / (1 + c))
}
# Khi không đủ xã, mượn hệ số thiết kế của toàn địa bàn / with too few communes the design effect of the whole is lent
limits <- function(e, above) {
  p <- e$estimate; V <- e$se^2
  deff <- if (is.null(above) || is.na(above$deff)) 1 else max(above$deff, 1)
  lent <- max(if (is.null(above)) e$df else above$df, 1)
  if (V == 0 || p <= 0 || p >= 1) return(wilson(p, e$n / deff, lent))
  if (e$df < 3) return(wilson(p, min(p * (1 - p) / V, e$n / deff), lent))
  wilson(p, min(p * (1 - p) / V, e$n), e$df)
}
judge <- function(low, high) {
  if (target_operator == "gt") if (low > target) "met" else if (high <= target) "not_met" else "not_proven"
  else if (low >= target) "met" else if (high < target) "not_met" else "not_proven"
}
sides <- function(figure, inside) {              # tỷ trọng hài lòng, trung lập, không hài lòng / the three sides
  all <- sapply(figure$items, side)[inside, , drop = FALSE]
  sums <- sapply(c(satisfied = 1, neutral = 0, dissatisfied = -1), function(one) sum(w[inside] * (all == one), na.rm = TRUE))
  as.list(sums / sum(sums))
}

prepared <- lapply(figures, prepare)
everyone <- rep(TRUE, nrow(x))
whole <- list()
of_figure <- function(row) {
  name <- paste0(row$kind, ":", row$of); figure <- figures[[name]]
  if (is.null(whole[[name]])) whole[[name]] <<- estimate(prepared[[name]], everyone)
  inside <- everyone
  if (row$domain != "") { v <- x[[column_of[[row$domain]]]]; inside <- !is.na(v) & v == row$domain_value }
  e <- if (row$domain == "") whole[[name]] else estimate(prepared[[name]], inside)
  if (e$respondents < 10 || row$withheld %in% "protected") return(e[c("respondents", "n", "base", "missing", "n_psu")])
  above <- if (row$domain == "") NULL else whole[[name]]
  share <- row$unit == "share"
  if (probability) {
    ends <- if (share) limits(e, above) else if (e$df > 0) e$estimate + c(-1, 1) * qt((1 + level) / 2, e$df) * e$se else c(NA, NA)
    e$ci_low <- ends[1]; e$ci_high <- ends[2]
    if (share) e$verdict <- judge(ends[1], ends[2]) else e$deff <- NULL
  }
  if (figure$how == "pooled") e <- c(e, sides(figure, inside))
  if (!is.null(figure$range)) {
    to <- function(v) (v - figure$range[1]) / diff(figure$range) * 100
    e$rescaled <- to(e$estimate)
    if (probability) { e$rescaled_low <- to(e$ci_low); e$rescaled_high <- to(e$ci_high) }
  }
  e
}
of_choice <- function(row) {
  option <- choices[[row$of]][[row$option]]; v <- as.character(x[[option$column]])
  valid <- !is.na(v) & v %in% option$valid
  p <- list(y = matrix(1 * (valid & v == option$chosen)), x = matrix(1 * valid), base = 1 * (is.na(v) | v != "-1"),
            given = 1 * valid, figure = list(how = "pooled"))
  e <- estimate(p, everyone)
  found <- e[c("respondents", "n", "base", "missing")]
  if (e$respondents < 10) return(found)
  found$estimate <- e$estimate; found$chosen <- sum(p$y)
  if (probability) { ends <- limits(e, NULL); found$ci_low <- ends[1]; found$ci_high <- ends[2] }
  found
}

# So từng con số / compare every figure
lost <- published$domain %in% lost_by | (published$domain == "" & published$of %in% lost_of)
lines <- list(); worst <- 0; wrong <- 0; compared <- 0
for (i in seq_len(nrow(published))) {
  row <- as.list(published[i, ])
  if (lost[i] && !all(unlist(c(column_of[row$domain], "row")) %in% names(x))) next
  ours <- if (row$kind == "choice") of_choice(row) else of_figure(row)
  for (name in intersect(names(ours), names(published))) {
    theirs <- row[[name]]; mine <- ours[[name]]
    if (is.na(theirs) && (is.na(mine) || lost[i])) next
    difference <- if (is.character(theirs)) as.numeric(!identical(theirs, mine))
                  else if (is.na(theirs) || is.na(mine)) Inf
                  else if (abs(theirs - mine) < 1e-12) 0 else abs(theirs - mine) / max(abs(theirs), 1e-9)
    lines[[length(lines) + 1]] <- data.frame(of = row$of, kind = row$kind, domain = row$domain, value = row$domain_value,
      option = row$option, figure = name, published = as.character(theirs), computed = as.character(mine),
      difference = difference, exact = !lost[i])
    if (lost[i]) next
    compared <- compared + 1; worst <- max(worst, difference)
    if (difference > tolerance) {
      wrong <- wrong + 1
      if (wrong <= 20) cat("KHÁC / DIFFERS:", row$kind, row$of, row$domain, row$domain_value, row$option, name, theirs, mine, "\n")
    }
  }
}
table <- do.call(rbind, lines)
write.csv(table, file.path(folder, "so-sanh.csv"), row.names = FALSE, fileEncoding = "UTF-8")
cat("Đã so / compared:", compared, "| dòng / rows:", sum(!lost), "| sai khác lớn nhất / largest difference:", format(worst), "\n")
if (any(lost)) cat("Không tính lại chính xác được vì có ô đã ẩn (", sum(lost), " dòng, xem khong-tinh-lai.csv) / ",
                   "not given exactly because cells are hidden: ", sum(lost), " rows, largest difference ",
                   format(max(c(0, table$difference[!table$exact & is.finite(table$difference)]))), "\n", sep = "")
if (compared == 0) stop("Không có con số nào để so / nothing was compared")
if (wrong > 0) stop(wrong, " con số không tính lại được / figures differ")
if (any(lost)) {
  cat("Mọi con số không thuộc ", sum(lost), " dòng ấy đều tính lại được / every figure outside those ", sum(lost),
      " rows was found again\n", sep = "")
} else cat("Mọi con số đều tính lại được / every figure was found again\n")
