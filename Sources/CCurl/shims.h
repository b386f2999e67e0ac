#ifndef USER_SYNC_CCURL_SHIMS_H
#define USER_SYNC_CCURL_SHIMS_H

// The type checks of libcurl's header need the option as a literal; the functions below fix the types instead.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or later is needed (CURLOPT_QUICK_EXIT): install libcurl4-openssl-dev"
#endif

// Swift cannot call variadic C functions: one function for each type of argument.

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*ccurl_seek_callback)(void *context, curl_off_t offset, int origin);
typedef int (*ccurl_prerequest_callback)(void *context, char *, char *, int, int);

// For CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION, which share one signature.
static inline CURLcode ccurl_set_data_callback(CURL *easy, CURLoption option, ccurl_data_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

static inline CURLcode ccurl_set_seek_callback(CURL *easy, ccurl_seek_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
}

static inline CURLcode ccurl_set_prerequest_callback(CURL *easy, ccurl_prerequest_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

// Opens sockets that no child process inherits: one that did would keep the connection open after it was closed here.
static inline curl_socket_t ccurl_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)context;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode ccurl_set_private_sockets(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, ccurl_open_socket);
}

// The status of a proxy's last answer to CONNECT; 0 when there was none.
static inline long ccurl_connect_status(CURL *easy) {
    long status = 0;
    return curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status) == CURLE_OK ? status : 0;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The thread's name in `top -H` and in a debugger; at most 15 characters.
static inline void ccurl_name_this_thread(const char *name) { (void)prctl(PR_SET_NAME, name); }

// Macros whose definitions Swift does not import.
// OpenSSL frees its state in a handler of exit(), whether other threads are using it or not: a process that ended while a transfer's
// thread was setting up TLS died by SIGSEGV. What it would free, the end of the process frees.
// https://docs.openssl.org/3.0/man3/OPENSSL_init_crypto/, OPENSSL_INIT_NO_ATEXIT
static inline CURLcode ccurl_global_init(void) {
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}
static inline long ccurl_http_1_1(void) { return CURL_HTTP_VERSION_1_1; }
static inline long ccurl_tls_1_2_or_later(void) { return CURL_SSLVERSION_TLSv1_2; }
static inline CURLcode ccurl_message_result(const CURLMsg *message) { return message->data.result; }

#endif
