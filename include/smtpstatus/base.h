/*
 * What every part of the library shares: spans of bytes, errors, the allocator, the sink and the
 * version.
 *
 * The library never prints, aborts, exits, sets errno, or reads the clock, the environment or the
 * locale. All functions are thread-safe unless they say otherwise: there is no mutable global.
 */
#ifndef SMTPSTATUS_BASE_H
#define SMTPSTATUS_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(SST_STATIC)
#define SST_API
#elif defined(_WIN32)
#if defined(SST_BUILDING)
#define SST_API __declspec(dllexport)
#else
#define SST_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define SST_API __attribute__((visibility("default")))
#else
#define SST_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the headers. The soname is counted separately. */
#define SST_VERSION_MAJOR 0
#define SST_VERSION_MINOR 1
#define SST_VERSION_PATCH 0
#define SST_VERSION       "0.1.0"

/* The version of the library that is linked, as "0.1.0". Static storage. */
SST_API const char *sst_version(void);

/*
 * A run of bytes in somebody else's memory: any bytes, NUL among them, and not terminated.
 * ptr NULL means "absent"; an empty span that is present has a ptr and len 0.
 */
typedef struct sst_span {
    const char *ptr;
    size_t len;
} sst_span;

/*
 * Errors: a caller's mistake, no memory, or a sink that failed. They start at -1000, so that none
 * can be taken for the status GeneralFailure (-1). Strange mail is never an error: it comes back
 * as data, with flags.
 */
#define SST_ERROR_LIST(X)                                                                          \
    X(INVALID, -1000, "invalid argument")                                                          \
    X(NO_MEMORY, -1001, "out of memory")                                                           \
    X(NO_SPACE, -1002, "the buffer given is too small")                                            \
    X(LIMIT, -1003, "a named limit was exceeded")                                                  \
    X(SINK, -1004, "the output could not be written")                                              \
    X(RULES, -1005, "the rule file has a fault")                                                   \
    X(CLOSED, -1006, "the session is over")

typedef enum sst_error {
    SST_OK = 0,
#define SST_X_ERROR(ident, value, text) SST_E_##ident = (value),
    SST_ERROR_LIST(SST_X_ERROR)
#undef SST_X_ERROR
} sst_error;

/* What an error means, in English. Static storage; "unknown error" for a number that is none. */
SST_API const char *sst_strerror(int error);

/*
 * An allocator. resize(context, NULL, n) allocates, resize(context, p, 0) frees and returns NULL,
 * otherwise it resizes as realloc does. A NULL allocator means malloc's.
 */
typedef struct sst_allocator {
    void *(*resize)(void *context, void *block, size_t size);
    void *context;
} sst_allocator;

/*
 * Where writers put their bytes. write takes all len bytes and returns 0, or any other value to
 * stop the writer, which then returns SST_E_SINK.
 */
typedef struct sst_sink {
    int (*write)(void *context, const char *data, size_t len);
    void *context;
} sst_sink;

#ifdef __cplusplus
}
#endif
#endif
