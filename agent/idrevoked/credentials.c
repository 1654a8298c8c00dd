// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "credentials.h"

static __attribute__((format(printf, 2, 3))) int explain(char why[CREDENTIALS_WHY_SIZE],
							 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, CREDENTIALS_WHY_SIZE, format, arguments);
	va_end(arguments);
	return -1;
}

/* For keys that are encrypted: nobody is there to be asked. */
static int no_password(char *buffer, int size, int writing, void *userdata)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)userdata;
	return -1;
}

/* Return: the first certificate of the file; NULL and errno; errno is 0: there is none. */
static X509 *read_certificate(const char *path)
{
	FILE *file = fopen(path, "re");
	X509 *certificate;

	if (!file)
		return NULL;
	certificate = PEM_read_X509(file, NULL, no_password, NULL);
	fclose(file);
	errno = 0;
	return certificate;
}

int credentials_check_certificate(const char *path, char why[CREDENTIALS_WHY_SIZE])
{
	X509 *certificate = read_certificate(path);

	if (!certificate && errno)
		return explain(why, "cannot read %s: %s", path, strerror(errno));
	if (!certificate)
		return explain(why, "%s holds no certificate in PEM form", path);
	X509_free(certificate);
	return 0;
}

bool credentials_expired(const char *path)
{
	X509 *certificate = read_certificate(path);
	bool expired = certificate &&
		       X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0;

	X509_free(certificate);
	return expired;
}

static int check_pair(EVP_PKEY *key, const char *path, const char *certificate,
		      char why[CREDENTIALS_WHY_SIZE])
{
	X509 *owner = read_certificate(certificate);
	int error = 0;

	/* Without one, the certificate's own check has said so. */
	if (owner && X509_check_private_key(owner, key) != 1)
		error = explain(why, "%s is not the key of the certificate in %s", path,
				certificate);
	X509_free(owner);
	return error;
}

int credentials_check_key(const char *path, const char *certificate,
			  char why[CREDENTIALS_WHY_SIZE])
{
	FILE *file = fopen(path, "re");
	struct stat status;
	EVP_PKEY *key;
	int error;

	if (!file)
		return explain(why, "cannot read %s: %s", path, strerror(errno));
	if (fstat(fileno(file), &status) || status.st_mode & S_IRWXO) {
		fclose(file);
		return explain(why, "%s is open to everyone: chmod o= %s", path, path);
	}
	key = PEM_read_PrivateKey(file, NULL, no_password, NULL);
	fclose(file);
	if (!key)
		return explain(why, "%s holds no private key in PEM form, or an encrypted one",
			       path);
	error = check_pair(key, path, certificate, why);
	EVP_PKEY_free(key);
	return error;
}
