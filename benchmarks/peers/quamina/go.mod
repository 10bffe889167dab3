module eventmatch.invalid/benchmarks/quamina

go 1.24
