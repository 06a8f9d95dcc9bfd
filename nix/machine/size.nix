# What a number of bytes is, as a pattern: at least 4096, a page; k, m and g are units of 1,024. src/config/program.rs reads it.
"(409[6-9]|4[1-9][0-9]{2}|[5-9][0-9]{3}|[1-9][0-9]{4,15})|([4-9]|[1-9][0-9]{1,12})[kK]|[1-9][0-9]{0,9}[mM]|[1-9][0-9]{0,6}[gG]"
