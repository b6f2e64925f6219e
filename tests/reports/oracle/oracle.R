# Reference numbers for reports/pooling.py and reports/means.py, made by R so that the tests need no R.
#
#   Rscript tests/reports/oracle/oracle.R NEW.json        (Debian 12: r-cran-metafor r-cran-lme4 r-cran-metadat r-cran-jsonlite)
#
# check_oracle.py compares NEW.json with oracle.json: the versions it was made with stand in its `source`.
# Made with R 4.2.2, metafor 3.8-1, lme4 1.1-31, metadat 1.2-0.

suppressMessages({ library(metafor); library(metadat); library(jsonlite) })
target <- commandArgs(trailingOnly = TRUE)[1]
if (is.na(target)) stop("usage: Rscript oracle.R NEW.json")

attempt <- function(e) tryCatch(suppressWarnings(e), error = function(err) NULL)

data_sets <- list(
  # published sets of the metadat package
  debruin2009 = with(dat.debruin2009, list(x = xi, n = ni)),
  pritz1997 = with(dat.pritz1997, list(x = xi, n = ni)),
  nielweise2007_ctrl = with(dat.nielweise2007, list(x = ci, n = n2i)),
  nielweise2007_trt = with(dat.nielweise2007, list(x = ai, n = n1i)),
  # small sets: the examples of Miller 1978 and of meta::metaprop, and the ends of the scale
  miller1978 = list(x = c(3, 6, 10, 1), n = c(11, 17, 21, 6)),
  metaprop_doc = list(x = c(4, 3, 2, 1), n = c(10, 20, 30, 40)),
  allzero3 = list(x = c(0, 0, 0), n = c(12, 20, 35)),
  one_zero = list(x = c(0, 2, 5, 1), n = c(15, 30, 41, 22)),
  all_events = list(x = c(8, 12, 20), n = c(8, 12, 20)),
  # made up to reach the corners: two studies, rare events, very unequal sizes, no heterogeneity, much of it
  two_alike = list(x = c(12, 15), n = c(40, 52)),
  two_apart = list(x = c(3, 30), n = c(40, 52)),
  rare_large = list(x = c(1, 0, 3, 2, 0, 5), n = c(900, 1200, 2500, 1800, 400, 3100)),
  one_giant = list(x = c(0, 0, 2, 300, 1), n = c(40, 55, 60, 200000, 30)),
  large = list(x = c(4510, 3120, 8800, 1290, 6030), n = c(15000, 12800, 25100, 6400, 16700)),
  homogeneous = list(x = c(10, 21, 29, 41, 52), n = c(50, 100, 150, 200, 250)),
  spread_out = list(x = c(1, 39, 5, 58, 12, 3, 70, 20), n = c(40, 41, 60, 61, 25, 75, 77, 44)),
  tiny_studies = list(x = c(1, 2, 0, 3, 1, 2, 0, 1, 4, 2), n = c(3, 4, 2, 5, 4, 3, 3, 2, 6, 4)),
  near_all = list(x = c(19, 40, 33, 27, 52), n = c(20, 40, 35, 27, 55)),
  relapse = list(x = c(28, 10, 35, 23), n = c(48, 33, 176, 87))
)

binomial_intervals <- function(x, n, f) t(mapply(function(a, b) suppressWarnings(f(a, b)), x, n))

inverse_variance <- function(d, scale) {
  effects <- attempt(escalc(measure = scale, xi = d$x, ni = d$n))
  out <- list(yi = as.numeric(effects$yi), vi = as.numeric(effects$vi))
  for (method in c("EE", "DL", "REML", "PM", "ML")) for (test in c("z", "knha", "adhoc")) {
    f <- attempt(rma(yi, vi, data = effects, method = method, test = test,
                     control = list(maxiter = 1000, stepadj = .5, threshold = 1e-12, tol = 1e-12)))
    if (is.null(f)) next
    p <- if (scale == "PFT") attempt(predict(f, transf = transf.ipft.hm, targs = list(ni = d$n)))
         else attempt(predict(f, transf = if (scale == "PLO") transf.ilogit else transf.iarcsin))
    out[[paste(method, test, sep = ".")]] <- list(
      b = as.numeric(f$b), se = as.numeric(f$se), tau2 = f$tau2, QE = f$QE, QEp = f$QEp, I2 = f$I2, H2 = f$H2,
      ci = c(f$ci.lb, f$ci.ub), pred = p$pred, ci_bt = c(p$ci.lb, p$ci.ub), pi_bt = c(p$pi.lb, p$pi.ub))
    # the Q-profile interval of tau² does not depend on the estimator
    if (method == "REML" && test == "z") {
      q <- attempt(confint(f, control = list(tau2.max = 1e6, tol = 1e-12, maxiter = 10000)))
      if (!is.null(q)) out$q_profile <- as.numeric(q$random["tau^2", c("ci.lb", "ci.ub")])
    }
  }
  out
}

glmm <- function(d) {
  g <- attempt(rma.glmm(measure = "PLO", xi = d$x, ni = d$n, nAGQ = 7))
  gt <- attempt(rma.glmm(measure = "PLO", xi = d$x, ni = d$n, nAGQ = 7, test = "t"))
  if (is.null(g) || is.null(gt)) return(NULL)
  p <- predict(g, transf = transf.ilogit)
  pt <- predict(gt, transf = transf.ilogit)
  list(b = as.numeric(g$b), se = as.numeric(g$se), tau2 = g$tau2, I2 = g$I2, QE.LRT = g$QE.LRT, pred = p$pred,
       ci_bt = c(p$ci.lb, p$ci.ub), pi_bt = c(p$pi.lb, p$pi.ub), t_ci_bt = c(pt$ci.lb, pt$ci.ub),
       t_pi_bt = c(pt$pi.lb, pt$pi.ub))
}

data <- lapply(data_sets, function(d) {
  out <- list(x = d$x, n = d$n, k = length(d$x),
              clopper_pearson = binomial_intervals(d$x, d$n, function(a, b) binom.test(a, b)$conf.int),
              wilson = binomial_intervals(d$x, d$n, function(a, b) prop.test(a, b, correct = FALSE)$conf.int))
  for (scale in c("PLO", "PAS", "PFT")) out[[scale]] <- inverse_variance(d, scale)
  out$GLMM <- glmm(d)
  out
})

# raw means by inverse variance: mean, sd, n
mean_sets <- list(
  ages = list(mean = c(56.1, 61.2, 49.8, 58.4), sd = c(12.2, 9.8, 15.1, 11.0), n = c(35, 197, 22, 87)),
  two = list(mean = c(60, 63), sd = c(10, 12), n = c(40, 25))
)
means <- lapply(mean_sets, function(d) {
  f <- rma(yi = d$mean, vi = d$sd^2 / d$n, method = "REML", test = "adhoc",
           control = list(maxiter = 1000, stepadj = .5, threshold = 1e-12))
  p <- predict(f)
  c(d, list(b = as.numeric(f$b), tau2 = f$tau2, ci = c(f$ci.lb, f$ci.ub), pi = c(p$pi.lb, p$pi.ub), I2 = f$I2))
})

version <- function(package) as.character(packageVersion(package))
source <- list(R = R.version.string, metafor = version("metafor"), lme4 = version("lme4"), metadat = version("metadat"))
writeLines(toJSON(list(source = source, data = data, means = means), digits = NA, auto_unbox = TRUE, null = "null",
                  na = "null", pretty = FALSE), target)
