#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

// A macro that Swift cannot import.
static const uint32_t isal_level1_buffer_size = ISAL_DEF_LVL1_DEFAULT;

#if defined(__x86_64__)
__attribute__((target("avx"))) static inline void isal_zero_upper_halves(void) { __builtin_ia32_vzeroupper(); }
#endif

/* To be called after ISA-L, which leaves the upper halves of the vector registers in use: while they are, SSE code on the same thread
   such as OpenSSL's SHA-256 runs a fifth slower (AMD64 Architecture Programmer's Manual, volume 4, VZEROUPPER). */
static inline void isal_leave(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx")) isal_zero_upper_halves();
#endif
}
