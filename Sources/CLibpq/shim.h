#ifndef USER_SYNC_CLIBPQ_SHIM_H
#define USER_SYNC_CLIBPQ_SHIM_H

#include <libpq-fe.h>

// libpq names the fields of an error by character constants, which Swift does not import.
enum {
    LIBPQ_FIELD_SEVERITY = PG_DIAG_SEVERITY_NONLOCALIZED,
    LIBPQ_FIELD_SQLSTATE = PG_DIAG_SQLSTATE,
    LIBPQ_FIELD_MESSAGE_PRIMARY = PG_DIAG_MESSAGE_PRIMARY,
    LIBPQ_FIELD_TABLE_NAME = PG_DIAG_TABLE_NAME,
    LIBPQ_FIELD_COLUMN_NAME = PG_DIAG_COLUMN_NAME,
    LIBPQ_FIELD_CONSTRAINT_NAME = PG_DIAG_CONSTRAINT_NAME,
    LIBPQ_FIELD_CONTEXT = PG_DIAG_CONTEXT,
    LIBPQ_FIELD_SOURCE_FUNCTION = PG_DIAG_SOURCE_FUNCTION,
};

// The readiness thread waits for libpq's sockets with epoll, which Swift's Glibc module does not offer.
#include <sys/epoll.h>
#include <sys/eventfd.h>

// prctl is variadic, which Swift cannot call. Names beyond 15 bytes are cut.
#include <sys/prctl.h>
static inline void libpq_name_current_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
