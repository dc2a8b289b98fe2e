#ifndef BELAY_H
#define BELAY_H

#include <stdint.h>

#endif
