// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/write.h"
#include "certificate.h"
#include "feed_tool.h"

#define PEM_MAX 1048576
#define CHAIN_MAX 16
#define KEY_ID_SIZE 64

/* GnuTLS hands over no pointer of ours: there is one server in a process. */
static struct certificate {
	struct certificate *older; /* handshakes under way may use it still */
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned int length;
	gnutls_privkey_t key;
} *current;

static int read_pem(const char *path, gnutls_datum_t *pem)
{
	size_t size;
	char *text;
	int error = idrevoke_file_read(AT_FDCWD, path, PEM_MAX, &text, &size);

	if (error) {
		complain("%s: %s", path, strerror(-error));
		return -1;
	}
	pem->data = (unsigned char *)text;
	pem->size = size;
	return 0;
}

static void wipe(gnutls_datum_t *pem)
{
	if (pem->data)
		explicit_bzero(pem->data, pem->size);
	free(pem->data);
}

static int import_chain(struct certificate *new, const char *path)
{
	gnutls_datum_t pem = { 0 };
	unsigned int length = CHAIN_MAX;
	int error;

	if (read_pem(path, &pem))
		return -1;
	error = gnutls_pcert_list_import_x509_raw(new->chain, &length, &pem, GNUTLS_X509_FMT_PEM,
						  GNUTLS_X509_CRT_LIST_SORT);
	wipe(&pem);
	if (!error && length) {
		new->length = length;
		return 0;
	}
	complain("%s: %s", path, error ? gnutls_strerror(error) : "no certificate");
	return -1;
}

static int import_key(struct certificate *new, const char *path)
{
	gnutls_datum_t pem = { 0 };
	int error;

	if (read_pem(path, &pem))
		return -1;
	error = gnutls_privkey_init(&new->key);
	if (!error)
		error = gnutls_privkey_import_x509_raw(new->key, &pem, GNUTLS_X509_FMT_PEM, NULL,
						       0);
	wipe(&pem);
	if (!error)
		return 0;
	complain("%s: %s", path, gnutls_strerror(error));
	return -1;
}

/* Whether the key is the certificate's. */
static bool is_pair(const struct certificate *new)
{
	unsigned char ids[2][KEY_ID_SIZE];
	size_t sizes[2] = { KEY_ID_SIZE, KEY_ID_SIZE };
	gnutls_pubkey_t public;
	bool same;

	if (gnutls_pubkey_init(&public))
		return false;
	same = !gnutls_pubkey_import_privkey(public, new->key, 0, 0) &&
	       !gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, ids[0], &sizes[0]) &&
	       !gnutls_pubkey_get_key_id(new->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, ids[1],
					 &sizes[1]) &&
	       sizes[0] == sizes[1] && !memcmp(ids[0], ids[1], sizes[0]);
	gnutls_pubkey_deinit(public);
	return same;
}

static void discard(struct certificate *certificate)
{
	for (unsigned int i = 0; i < certificate->length; i++)
		gnutls_pcert_deinit(&certificate->chain[i]);
	if (certificate->key)
		gnutls_privkey_deinit(certificate->key);
	free(certificate);
}

int certificate_load(const char *certificate, const char *key)
{
	struct certificate *new = calloc(1, sizeof(*new));

	if (!new) {
		complain("out of memory");
		return -1;
	}
	if (import_chain(new, certificate) || import_key(new, key)) {
		discard(new);
		return -1;
	}
	if (!is_pair(new)) {
		complain("%s is not the key of %s", key, certificate);
		discard(new);
		return -1;
	}
	new->older = current;
	current = new;
	return 0;
}

int certificate_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
			 int authority_count, const gnutls_pk_algorithm_t *algorithms,
			 int algorithm_count, gnutls_pcert_st **chain, unsigned int *length,
			 gnutls_privkey_t *key)
{
	(void)session;
	(void)authorities;
	(void)authority_count;
	(void)algorithms;
	(void)algorithm_count;
	*chain = current->chain;
	*length = current->length;
	*key = current->key;
	return 0;
}

void certificate_unload(void)
{
	struct certificate *certificate;

	while ((certificate = current)) {
		current = certificate->older;
		discard(certificate);
	}
}
