#pragma once

// libstdc++'s ctype_base.h was configured against glibc and names glibc's classification bits.
// None of our code uses std::ctype; the values only have to exist.
#include_next <ctype.h>

enum {
    _ISblank = 1,
    _IScntrl = 2,
    _ISpunct = 4,
    _ISalnum = 8,
    _ISupper = 256,
    _ISlower = 512,
    _ISalpha = 1024,
    _ISdigit = 2048,
    _ISxdigit = 4096,
    _ISspace = 8192,
    _ISprint = 16384,
    _ISgraph = 32768,
};
