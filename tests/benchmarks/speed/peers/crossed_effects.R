# lme4 on marks by two crossed factors: CSV with subject, rater, mark -> JSON on the last line.
suppressMessages(library(lme4))
path <- commandArgs(trailingOnly = TRUE)[1]
marks <- read.csv(path)
marks$subject <- factor(marks$subject)
marks$rater <- factor(marks$rater)
start <- proc.time()
fit <- lmer(mark ~ 1 + (1 | subject) + (1 | rater), marks, REML = TRUE)
used <- proc.time() - start
cat(sprintf('{"seconds": %.4f, "criterion": %.12f, "version": "lme4 %s, %s"}\n',
            used[["user.self"]] + used[["sys.self"]], REMLcrit(fit), packageVersion("lme4"),
            R.version.string))
