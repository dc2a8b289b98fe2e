module collector

go 1.20
