# R survey: means of many items in some domains: CSV, number of items, domains asked for -> JSON on the last line.
suppressMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
table <- read.csv(arguments[1])
items <- sprintf("i%02d", seq_len(as.integer(arguments[2])))
asked <- as.integer(arguments[3])
design <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, data = table)
start <- proc.time()
part <- subset(design, domain <= asked)
found <- svyby(reformulate(items), ~domain, part, svymean, keep.var = TRUE)
used <- proc.time() - start
means <- as.matrix(found[, items])
errors <- as.matrix(found[, paste0("se.", items)])
numbers <- function(matrix) paste0("[", paste(sprintf("%.17g", t(matrix)), collapse = ", "), "]")
cat(sprintf('{"seconds": %.4f, "means": %s, "errors": %s, "version": "survey %s, %s"}\n',
            used[["user.self"]] + used[["sys.self"]], numbers(means), numbers(errors),
            packageVersion("survey"), R.version.string))
