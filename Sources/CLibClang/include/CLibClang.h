// The few functions of libclang's stable C interface that CFrontend uses.
#ifndef BELAY_CLIBCLANG_H
#define BELAY_CLIBCLANG_H
#endif
