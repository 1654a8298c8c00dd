/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the files of certificates and keys that a configuration names are what
 * they should be: better said now than by every connection. All functions return
 * 0, or -1 and words in @why, which begin with the file's path.
 */
#ifndef IDREVOKED_CREDENTIALS_H
#define IDREVOKED_CREDENTIALS_H

#include <stdbool.h>

/* Room for a path and words. */
#define CREDENTIALS_WHY_SIZE 512

/**
 * credentials_check_certificate() - a PEM file that begins with a certificate
 * @path: the file
 * @why: out
 */
int credentials_check_certificate(const char *path, char why[CREDENTIALS_WHY_SIZE]);

/**
 * credentials_check_key() - a PEM file with the key of a certificate, for nobody else
 * @path: the file
 * @certificate: file of the certificate
 * @why: out
 */
int credentials_check_key(const char *path, const char *certificate,
			  char why[CREDENTIALS_WHY_SIZE]);

/**
 * credentials_expired() - whether a certificate is past its time
 * @path: a file without fault
 */
bool credentials_expired(const char *path);

#endif /* IDREVOKED_CREDENTIALS_H */
