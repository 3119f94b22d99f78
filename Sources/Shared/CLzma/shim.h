#include <lzma.h>

// Initialisers and flags that are macros, which Swift cannot see in this form.
static inline lzma_stream farm_lzma_stream(void) {
    return (lzma_stream)LZMA_STREAM_INIT;
}
static inline lzma_ret farm_lzma_decoder(lzma_stream *stream, uint64_t memory) {
    return lzma_stream_decoder(stream, memory, LZMA_CONCATENATED);
}
