/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every request to a feed has in common, whoever sends it: https or file
 * and nothing else, no redirects, TLS 1.2 or newer, and an end to whatever a
 * server sends, be it header or body.
 */
#ifndef IDREVOKE_LIB_TRANSPORT_H
#define IDREVOKE_LIB_TRANSPORT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Header bytes of one answer beyond which it is refused, a proxy's included. */
#define IDREVOKE_HEADER_MAX 65536

/**
 * struct idrevoke_transport - how servers are reached; all zero: the defaults
 * @ca: PEM file of the authorities that may have signed the certificate of the
 *	feed's server; NULL: the system's
 * @certificate: PEM file of the client's certificate, with those that lead to its
 *	authority; NULL: none
 * @key: PEM file of its private key, not encrypted; NULL: in @certificate
 * @proxy: http://, https:// or socks5h://[user:password@]host:port, and no
 *	variable counts; empty: no proxy; NULL: what the environment says
 *	(https_proxy, all_proxy, no_proxy). Servers never see it; the certificate
 *	of an https:// proxy is checked against the system's authorities.
 * @user_agent: the program's name; NULL: idrevoke
 * @connect_timeout: seconds until a server is connected, TLS included; 0: 10
 * @stall_timeout: seconds with hardly a byte after which a transfer is given up;
 *	0: 30
 * @transfer_timeout: seconds after which it is given up however it goes; 0: 3600
 */
struct idrevoke_transport {
	const char *ca;
	const char *certificate;
	const char *key;
	const char *proxy;
	const char *user_agent;
	int connect_timeout;
	int stall_timeout;
	int transfer_timeout;
};

/**
 * struct idrevoke_transfer - one request; all zero but for these:
 * @limit: an answer with more bytes than this is refused
 * @body: called with each piece of the answer, if it is one: not with the page
 *	that comes with an error; returns whether to go on
 * @header: called with each line of the header, not terminated; may be NULL
 * @userdata: passed to both
 * @easy: private from here on
 * @received: bytes of the body
 * @header_received: bytes of the header
 * @body_too_long: @limit was passed
 * @header_too_long: IDREVOKE_HEADER_MAX was passed
 * @error: room for words
 */
struct idrevoke_transfer {
	uint64_t limit;
	bool (*body)(void *userdata, const char *data, size_t size);
	void (*header)(void *userdata, const char *line, size_t size);
	void *userdata;

	CURL *easy;
	uint64_t received;
	size_t header_received;
	bool body_too_long;
	bool header_too_long;
	char error[CURL_ERROR_SIZE];
};

/**
 * idrevoke_transfer_prepare() - set up a request
 * @transfer: the request; outlives the handle
 * @easy: a new handle. What the caller sets on it beyond this: headers to send
 *	and CURLOPT_PRIVATE, no callbacks.
 * @transport: how; strings are copied
 * @url: absolute, https:// or file://
 *
 * Return: 0 or -ENOMEM.
 */
int idrevoke_transfer_prepare(struct idrevoke_transfer *transfer, CURL *easy,
			      const struct idrevoke_transport *transport, const char *url);

/**
 * idrevoke_transfer_why() - what went wrong
 * @transfer: the request, ended, its handle not cleaned up yet
 * @code: what curl says
 *
 * Return: NULL: nothing, all of it came (200, or a file), or it has not changed
 * (304, if a header asked so). Else words for an administrator, valid as long as
 * @transfer is; any other status of the server is one of them.
 */
const char *idrevoke_transfer_why(struct idrevoke_transfer *transfer, CURLcode code);

#endif /* IDREVOKE_LIB_TRANSPORT_H */
