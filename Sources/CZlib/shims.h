#ifndef USER_SYNC_CZLIB_SHIMS_H
#define USER_SYNC_CZLIB_SHIMS_H

#include <zlib.h>

// `deflateInit2` is a macro (it adds the header's version and the struct's size), so Swift cannot see it.
static inline int czlib_deflate_init(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

// `inflateInit2` likewise.
static inline int czlib_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

#endif
