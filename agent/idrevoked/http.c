// SPDX-License-Identifier: GPL-2.0-or-later
#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>

#include "http.h"

/* A file may change again within the second of which its date tells. */
#define DATE_RESOLUTION 1

struct http {
	sd_event *event;
	CURLM *multi;
	sd_event_source *timer;
	struct http_transfer *transfers;
	struct idrevoke_transport transport;
};

struct http_transfer {
	struct http *http;
	struct http_transfer *next;
	struct idrevoke_transfer transfer;
	CURL *easy;
	struct curl_slist *headers;
	struct http_reply reply;
	time_t date;	  /* when the server answered */
	bool conditional; /* "not changed" is an answer */
	FILE *sink;
	uint64_t room;
	http_done_t done;
	void *userdata;
};

static bool on_body(void *userdata, const char *data, size_t size)
{
	struct http_transfer *transfer = userdata;
	struct http_reply *reply = &transfer->reply;

	if (transfer->sink) {
		if (fwrite(data, 1, size, transfer->sink) != size) {
			reply->sink_error = errno;
			return false;
		}
		reply->size += size;
		return true;
	}
	if (size > transfer->room - reply->size) {
		uint64_t room = transfer->room * 2 > 65536 ? transfer->room * 2 : 65536;
		char *body;

		if (room < reply->size + size)
			room = reply->size + size;
		body = realloc(reply->body, room);
		if (!body)
			return false;
		reply->body = body;
		transfer->room = room;
	}
	memcpy(reply->body + reply->size, data, size);
	reply->size += size;
	return true;
}

/* The value of @line if it is the header @name, else NULL. */
static const char *header_value(const char *line, size_t size, const char *name, size_t *length)
{
	size_t skip = strlen(name);

	if (size <= skip || strncasecmp(line, name, skip) || line[skip] != ':')
		return NULL;
	for (skip++; skip < size && line[skip] == ' '; skip++)
		;
	while (size > skip && strchr("\r\n ", line[size - 1]))
		size--;
	*length = size - skip;
	return line + skip;
}

static void keep(char *place, size_t room, const char *value, size_t length)
{
	if (length >= room)
		return;
	memcpy(place, value, length);
	place[length] = '\0';
}

static void on_header(void *userdata, const char *line, size_t size)
{
	struct http_transfer *transfer = userdata;
	struct http_validators *validators = &transfer->reply.validators;
	char date[HTTP_DATE_SIZE] = "";
	const char *value;
	size_t length;

	if (size > 5 && !memcmp(line, "HTTP/", 5)) {
		/* What came before was said by a proxy, or not final. */
		*validators = (struct http_validators){ 0 };
		transfer->reply.waited = false;
	} else if ((value = header_value(line, size, "etag", &length))) {
		keep(validators->etag, sizeof(validators->etag), value, length);
	} else if ((value = header_value(line, size, "last-modified", &length))) {
		keep(validators->modified, sizeof(validators->modified), value, length);
	} else if ((value = header_value(line, size, "date", &length))) {
		keep(date, sizeof(date), value, length);
		transfer->date = curl_getdate(date, NULL);
	} else if ((value = header_value(line, size, "preference-applied", &length))) {
		transfer->reply.waited = length >= 4 && !strncasecmp(value, "wait", 4);
	}
}

/*
 * nginx, and not alone, makes an ETag of size and date, which has seconds: of a
 * file that is replaced twice in a second they do not tell which one it is.
 */
static void drop_weak(struct http_transfer *transfer)
{
	struct http_validators *validators = &transfer->reply.validators;
	time_t modified = curl_getdate(validators->modified, NULL);

	if (validators->modified[0] && !transfer->reply.waited &&
	    transfer->date - modified <= DATE_RESOLUTION)
		*validators = (struct http_validators){ 0 };
}

static void transfer_free(struct http_transfer *transfer)
{
	struct http_transfer **link = &transfer->http->transfers;

	while (*link && *link != transfer)
		link = &(*link)->next;
	if (*link)
		*link = transfer->next;
	if (transfer->easy) {
		curl_multi_remove_handle(transfer->http->multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	curl_slist_free_all(transfer->headers);
	free(transfer->reply.body);
	free(transfer);
}

/* Fills in the reply. Return: why it is none, or NULL. */
static const char *complete(struct http_transfer *transfer, CURLcode code)
{
	const char *why = idrevoke_transfer_why(&transfer->transfer, code);
	struct http_reply *reply = &transfer->reply;
	curl_off_t retry_after = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	reply->retry_after = retry_after;
	drop_weak(transfer);
	if (why)
		return reply->sink_error ? strerror(reply->sink_error) : why;
	if (reply->status == 304 && !transfer->conditional)
		return "the server says that nothing has changed, which it was not asked";
	reply->status = reply->status ?: 200; /* of a file */
	return NULL;
}

static enum cause cause_of(const struct http_transfer *transfer, CURLcode code)
{
	const struct idrevoke_transfer *failed = &transfer->transfer;
	long status = transfer->reply.status;

	if (transfer->reply.sink_error)
		return CAUSE_DISK;
	if (failed->header_too_long || failed->body_too_long || code == CURLE_FILESIZE_EXCEEDED)
		return CAUSE_SIZE;
	if (code == CURLE_OK || (status >= 200 && status != 200 && status != 304))
		return CAUSE_STATUS;
	switch (code) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CLIENTCERT:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_PEER_FAILED_VERIFICATION:
		return CAUSE_TLS;
	default:
		return CAUSE_NETWORK;
	}
}

static bool is_missing(const struct http_reply *reply, CURLcode code)
{
	return reply->status == 404 || reply->status == 410 ||
	       code == CURLE_FILE_COULDNT_READ_FILE;
}

/* Hands out what is finished. A callback may start new transfers. */
static void finish(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		struct http_transfer *transfer = NULL;
		struct http_reply reply;
		http_done_t done;
		void *userdata;
		char error[CURL_ERROR_SIZE] = "";
		const char *why;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		why = complete(transfer, message->data.result);
		reply = transfer->reply;
		reply.error = error;
		if (why) {
			reply.cause = cause_of(transfer, message->data.result);
			reply.missing = is_missing(&reply, message->data.result);
			snprintf(error, sizeof(error), "%s", why);
			reply.status = 0;
			reply.body = NULL;
			reply.size = 0;
		} else {
			transfer->reply.body = NULL;
		}
		done = transfer->done;
		userdata = transfer->userdata;
		/* Now, so that its connection is free for what done() starts. */
		transfer_free(transfer);
		done(userdata, &reply);
	}
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct http *http = userdata;
	int what = 0, running;

	(void)source;
	if (events & (EPOLLIN | EPOLLHUP))
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		what |= CURL_CSELECT_ERR;
	curl_multi_socket_action(http->multi, fd, what, &running);
	finish(http);
	return 0;
}

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct http *http = userdata;
	int running;

	(void)source;
	(void)usec;
	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	finish(http);
	return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *known)
{
	struct http *http = userdata;
	sd_event_source *source = known;
	uint32_t events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		sd_event_source_disable_unref(source);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;
	if (source)
		return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;
	if (sd_event_add_io(http->event, &source, fd, events, on_ready, http) < 0)
		return -1;
	curl_multi_assign(http->multi, fd, source);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *userdata)
{
	struct http *http = userdata;

	(void)multi;
	if (timeout_ms < 0)
		return sd_event_source_set_enabled(http->timer, SD_EVENT_OFF) < 0 ? -1 : 0;
	if (sd_event_source_set_time_relative(http->timer, timeout_ms * 1000ULL) < 0)
		return -1;
	return sd_event_source_set_enabled(http->timer, SD_EVENT_ONESHOT) < 0 ? -1 : 0;
}

int http_new(struct http **http, sd_event *event, const struct idrevoke_transport *transport)
{
	struct http *new = calloc(1, sizeof(*new));
	int error;

	*http = NULL;
	if (!new)
		return -ENOMEM;
	new->event = event;
	new->transport = *transport;
	error = sd_event_add_time(event, &new->timer, CLOCK_MONOTONIC, 0, 1, on_time, new);
	if (error < 0)
		goto failed;
	error = -ENOMEM;
	if (sd_event_source_set_enabled(new->timer, SD_EVENT_OFF) < 0)
		goto failed;
	new->multi = curl_multi_init();
	if (!new->multi)
		goto failed;
	curl_multi_setopt(new->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(new->multi, CURLMOPT_SOCKETDATA, new);
	curl_multi_setopt(new->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(new->multi, CURLMOPT_TIMERDATA, new);
	*http = new;
	return 0;

failed:
	http_free(new);
	return error;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	while (http->transfers)
		transfer_free(http->transfers);
	if (http->multi)
		curl_multi_cleanup(http->multi);
	sd_event_source_disable_unref(http->timer);
	free(http);
}

static bool add_header(struct http_transfer *transfer, const char *name, const char *value)
{
	struct curl_slist *headers;
	char line[HTTP_ETAG_SIZE + 32];

	if (!value[0])
		return true;
	snprintf(line, sizeof(line), "%s: %s", name, value);
	headers = curl_slist_append(transfer->headers, line);
	if (headers)
		transfer->headers = headers;
	return headers;
}

static bool add_headers(struct http_transfer *transfer, const struct http_question *question)
{
	const struct http_validators *seen = question->seen;
	char wait[32];

	snprintf(wait, sizeof(wait), "wait=%d", question->wait);
	if (question->wait && !add_header(transfer, "Prefer", wait))
		return false;
	if (!seen)
		return true;
	transfer->conditional = seen->etag[0] || seen->modified[0];
	return add_header(transfer, "If-None-Match", seen->etag) &&
	       add_header(transfer, "If-Modified-Since", seen->modified);
}

int http_get(struct http *http, const struct http_question *question, http_done_t done,
	     void *userdata)
{
	struct http_transfer *transfer = calloc(1, sizeof(*transfer));
	CURL *easy;

	if (!transfer)
		return -ENOMEM;
	transfer->http = http;
	transfer->next = http->transfers;
	http->transfers = transfer;
	transfer->transfer.limit = question->limit;
	transfer->transfer.body = on_body;
	transfer->transfer.header = on_header;
	transfer->transfer.userdata = transfer;
	transfer->sink = question->sink;
	transfer->done = done;
	transfer->userdata = userdata;
	transfer->easy = easy = curl_easy_init();
	if (!easy || !add_headers(transfer, question) ||
	    idrevoke_transfer_prepare(&transfer->transfer, easy, &http->transport, question->url))
		goto failed;
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	if (question->timeout)
		curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)question->timeout);
	/* Silence is what was asked for. */
	if (question->wait && transfer->conditional)
		curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 0L);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	if (curl_multi_add_handle(http->multi, easy) != CURLM_OK)
		goto failed;
	return 0;

failed:
	transfer_free(transfer);
	return -ENOMEM;
}
