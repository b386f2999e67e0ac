#ifndef USER_SYNC_CCRYPTO_SHIM_H
#define USER_SYNC_CCRYPTO_SHIM_H

#include <openssl/opensslv.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "libcrypto of OpenSSL 3.0 or later is needed (EVP_MAC, EVP_MD_fetch): install libssl-dev"
#endif

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#endif
