// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "transport.h"

#define DEFAULT_CONNECT_TIMEOUT 10
#define DEFAULT_STALL_TIMEOUT 30
#define DEFAULT_TRANSFER_TIMEOUT 3600

/* Fewer bytes a second than this count as none. */
#define STALLED_BYTES 100L

/* The page that comes with an error is passed over, up to so many bytes. */
#define ERROR_PAGE_MAX 65536

#define HTTP_OK 200
#define HTTP_NOT_MODIFIED 304

/* 0: there is none, as with a file. */
static long status_of(const struct idrevoke_transfer *transfer)
{
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t on_body(char *data, size_t one, size_t size, void *userdata)
{
	struct idrevoke_transfer *transfer = userdata;
	long status = status_of(transfer);
	bool wanted = !status || status == HTTP_OK;
	uint64_t limit = wanted ? transfer->limit : ERROR_PAGE_MAX;

	(void)one;
	if (size > limit - transfer->received) {
		transfer->body_too_long = true;
		return 0;
	}
	transfer->received += size;
	if (wanted && !transfer->body(transfer->userdata, data, size))
		return 0;
	return size;
}

/* A long line ends in curl, which takes 100 KiB; many lines end here. */
static size_t on_header(char *line, size_t one, size_t size, void *userdata)
{
	struct idrevoke_transfer *transfer = userdata;

	(void)one;
	transfer->header_received += size;
	if (transfer->header_received > IDREVOKE_HEADER_MAX) {
		transfer->header_too_long = true;
		return 0;
	}
	if (transfer->header)
		transfer->header(transfer->userdata, line, size);
	return size;
}

static CURLcode set_text(CURL *easy, CURLoption option, const char *text)
{
	return text ? curl_easy_setopt(easy, option, text) : CURLE_OK;
}

/* The settings that are copied, and so may find no memory. */
static CURLcode set_texts(CURL *easy, const struct idrevoke_transport *transport,
			  const char *url)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, url);

	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,file");
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_USERAGENT,
					transport->user_agent ?: "idrevoke");
	if (!code)
		code = set_text(easy, CURLOPT_CAINFO, transport->ca);
	if (!code)
		code = set_text(easy, CURLOPT_SSLCERT, transport->certificate);
	if (!code && transport->certificate)
		code = set_text(easy, CURLOPT_SSLKEY, transport->key ?: transport->certificate);
	/* Or an encrypted key would be asked for on the terminal. */
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
	if (!code)
		code = set_text(easy, CURLOPT_PROXY, transport->proxy);
	if (!code && transport->proxy)
		code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	return code;
}

int idrevoke_transfer_prepare(struct idrevoke_transfer *transfer, CURL *easy,
			      const struct idrevoke_transport *transport, const char *url)
{
	long connect = transport->connect_timeout ?: DEFAULT_CONNECT_TIMEOUT;
	long stall = transport->stall_timeout ?: DEFAULT_STALL_TIMEOUT;
	long whole = transport->transfer_timeout ?: DEFAULT_TRANSFER_TIMEOUT;

	transfer->easy = easy;
	if (set_texts(easy, transport, url))
		return -ENOMEM;
	/* An authority of one's own is the only one. */
	if (transport->ca)
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Or whoever gives up a request waits for name servers that do not answer. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, STALLED_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stall);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, whole);
	/* Sooner than on_body() if the length is announced. */
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->limit);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	return 0;
}

/* Where the server wants to send us, as far as it is fit to be printed. */
static const char *explain_redirect(struct idrevoke_transfer *transfer, const char *where)
{
	static const char end[] = ", which a feed does not do";
	const size_t most = sizeof(transfer->error) - sizeof(end);
	size_t length = snprintf(transfer->error, most, "the server redirects to %s", where);

	if (length >= most)
		length = most - 1;
	for (size_t i = 0; i < length; i++)
		if (transfer->error[i] < ' ' || transfer->error[i] > '~')
			transfer->error[i] = '?';
	strcpy(transfer->error + length, end);
	return transfer->error;
}

static const char *explain_status(struct idrevoke_transfer *transfer, long status)
{
	const char *where = NULL;

	curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &where);
	if (where)
		return explain_redirect(transfer, where);
	snprintf(transfer->error, sizeof(transfer->error), "the server answers with status %ld",
		 status);
	return transfer->error;
}

const char *idrevoke_transfer_why(struct idrevoke_transfer *transfer, CURLcode code)
{
	const size_t room = sizeof(transfer->error);
	long status = status_of(transfer);

	if (transfer->header_too_long)
		snprintf(transfer->error, room, "the header of the answer is longer than %d bytes",
			 IDREVOKE_HEADER_MAX);
	else if (status && status != HTTP_OK && status != HTTP_NOT_MODIFIED &&
		 (status >= 200 || !code))
		return explain_status(transfer, status);
	else if (transfer->body_too_long || code == CURLE_FILESIZE_EXCEEDED)
		snprintf(transfer->error, room, "the answer is longer than the %" PRIu64
			 " bytes that it may have", transfer->limit);
	else if (code == CURLE_OUT_OF_MEMORY)
		/* What curl says as well to a line that does not end. */
		snprintf(transfer->error, room,
			 "a line of the header is too long, or there is no memory");
	else if (code && !transfer->error[0])
		snprintf(transfer->error, room, "%s", curl_easy_strerror(code));
	return code || transfer->header_too_long ? transfer->error : NULL;
}
