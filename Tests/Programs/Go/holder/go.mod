module holder

go 1.23
