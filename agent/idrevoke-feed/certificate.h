/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's certificate and key, which are replaced while it runs: who comes
 * after that gets the new ones, and nobody is cut off.
 */
#ifndef IDREVOKE_FEED_CERTIFICATE_H
#define IDREVOKE_FEED_CERTIFICATE_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

/**
 * certificate_load() - read certificate and key, and use them from now on
 * @certificate: PEM file: the server's certificate, then its issuers'
 * @key: PEM file: the private key, not encrypted
 *
 * Return: 0; -1: failed, which it explains, and those before stay in use.
 */
int certificate_load(const char *certificate, const char *key);

/**
 * certificate_retrieve() - what is in use, for GnuTLS
 *
 * See gnutls_certificate_set_retrieve_function2().
 */
int certificate_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
			 int authority_count, const gnutls_pk_algorithm_t *algorithms,
			 int algorithm_count, gnutls_pcert_st **chain, unsigned int *length,
			 gnutls_privkey_t *key);

/**
 * certificate_unload() - give back all that was loaded, after the server's end
 */
void certificate_unload(void);

#endif /* IDREVOKE_FEED_CERTIFICATE_H */
