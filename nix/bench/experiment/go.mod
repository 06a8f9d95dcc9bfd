module experiment

go 1.24
