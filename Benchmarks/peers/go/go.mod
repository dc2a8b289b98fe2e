module mapbench

go 1.23
