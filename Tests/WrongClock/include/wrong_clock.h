// Nothing: the library replaces functions of the C library.
