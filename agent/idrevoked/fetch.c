// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/note.h"
#include "download.h"
#include "fetch.h"
#include "http.h"
#include "log.h"
#include "metrics.h"
#include "retry.h"
#include "service.h"

/* An answer "nothing new" that came sooner than this was not held back. */
#define WAITED_USEC 500000

/* A statement is overdue after so many of the issuer's periods. */
#define OVERDUE 3

/* For so many seconds at most a server may ask to be left alone. */
#define LEFT_ALONE_MAX 300

struct mirror {
	struct fetch *fetch;
	const char *url;
	struct retry retry;
	struct http_validators seen; /* of its last answer */
	uint64_t issued;	/* its last statement; 0: none */
	uint64_t confirm_every; /* and when the next one is due */
	uint64_t valid_for;	/* and for how long it holds */
	uint64_t asked;		/* when, CLOCK_MONOTONIC */
	bool asking;		/* a request is under way */
	bool conditional;	/* and only for what is not known */
	bool waits;		/* it holds back its answers when asked to */
	bool held_back;		/* it is not time yet: the timer runs */
	bool failed;		/* it could not be had, which was told */
	bool behind;		/* what it offers is old, which was told */
};

struct fetch {
	const struct config *config;
	struct idrevoke_vkey key;
	struct http *http;
	struct downloads downloads;
	fetch_latest_t latest;
	void *userdata;
	unsigned int source; /* the mirror of the newest latest */
	struct mirror mirrors[CONFIG_URLS_MAX];
};

static void pursue(struct fetch *fetch);

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

/* Seconds until the mirror's last statement is overdue; 0: it is, or there is none. */
static uint64_t time_left(const struct mirror *mirror)
{
	uint64_t due = mirror->issued + OVERDUE * mirror->confirm_every;
	uint64_t now = time(NULL);

	return due > now ? due - now : 0;
}

static bool has_working_mirror(const struct fetch *fetch)
{
	for (unsigned int i = 0; i < fetch->config->url_count; i++)
		if (fetch->mirrors[i].issued && !fetch->mirrors[i].failed)
			return true;
	return false;
}

/* The first failure of a row is told, and then the end of the row. */
static void failed(struct mirror *mirror, enum cause cause, const char *why,
		   uint64_t leave_alone)
{
	metrics_failed(cause);
	if (!mirror->failed)
		log_event(LOG_WARNING,
			  cause == CAUSE_SIGNATURE ? MESSAGE_FEED_REFUSED : MESSAGE_FEED_FAILED,
			  LOG_FIELDS(.url = mirror->url, .cause = cause_name(cause)),
			  "%slatest: %s; trying again", mirror->url, why);
	mirror->failed = true;
	if (!has_working_mirror(mirror->fetch))
		service_feed(why);
	mirror->held_back = true;
	/* So that it says again what it has: the others may be ahead by then. */
	mirror->seen = (struct http_validators){ 0 };
	mirror->waits = false;
	retry_later(&mirror->retry);
	if (leave_alone > LEFT_ALONE_MAX)
		leave_alone = LEFT_ALONE_MAX;
	if (leave_alone * 1000000 > mirror->retry.delay)
		retry_after(&mirror->retry, leave_alone * 1000000);
}

static void worked(struct mirror *mirror)
{
	if (mirror->failed)
		log_event(LOG_NOTICE, MESSAGE_FEED_WORKS, LOG_FIELDS(.url = mirror->url),
			  "%slatest: can be had again", mirror->url);
	mirror->failed = false;
	service_feed(NULL);
}

/* The same for mirrors that work, but with what is old: @why, or NULL. */
static void set_behind(struct mirror *mirror, const char *why)
{
	if (why)
		metrics_failed(CAUSE_OLDER);
	if (why && !mirror->behind)
		log_event(LOG_WARNING, MESSAGE_FEED_REFUSED,
			  LOG_FIELDS(.url = mirror->url, .cause = cause_name(CAUSE_OLDER)),
			  "%slatest: %s", mirror->url, why);
	if (!why && mirror->behind)
		log_event(LOG_NOTICE, MESSAGE_FEED_WORKS, LOG_FIELDS(.url = mirror->url),
			  "%slatest: is current again", mirror->url);
	mirror->behind = why;
}

static void judge_age(struct mirror *mirror)
{
	uint64_t now = time(NULL), age = now > mirror->issued ? now - mirror->issued : 0;
	char why[128];

	if (age >= mirror->valid_for)
		snprintf(why, sizeof(why), "has expired: it was issued %" PRIu64
			 " s ago, to be valid for %" PRIu64 " s", age, mirror->valid_for);
	else
		snprintf(why, sizeof(why), "was not confirmed for %" PRIu64
			 " s, though it is to be every %" PRIu64 " s", age, mirror->confirm_every);
	set_behind(mirror, time_left(mirror) && age < mirror->valid_for ? NULL : why);
}

/* Something was signed: is it by the issuer, and what does it say? */
static int read_latest(struct fetch *fetch, const struct http_reply *reply,
		       struct idrevoke_latest *latest, const char **why)
{
	const char *note = reply->body ?: "";
	size_t text_size;
	int error = idrevoke_note_verify(note, reply->size, &fetch->key, 1, 1, &text_size, why);

	return error ? error : idrevoke_latest_parse(latest, note, text_size, why);
}

/* Return: whether it was news. */
static bool take_latest(struct mirror *mirror, const struct http_reply *reply)
{
	struct fetch *fetch = mirror->fetch;
	unsigned int source = fetch->source;
	struct idrevoke_latest latest;
	char objection[FETCH_WHY_SIZE];
	const char *why = "?";
	int news;

	if (read_latest(fetch, reply, &latest, &why)) {
		failed(mirror, CAUSE_SIGNATURE, why, 0);
		return false;
	}
	worked(mirror);
	mirror->seen = reply->validators;
	mirror->issued = latest.issued;
	mirror->confirm_every = latest.confirm_every;
	mirror->valid_for = latest.valid_for;
	/* Before what it leads to, which is to be had where latest was. */
	fetch->source = mirror - fetch->mirrors;
	news = fetch->latest(fetch->userdata, &latest, reply->body, reply->size, objection);
	if (news <= 0)
		fetch->source = source;
	if (fetch->source != source)
		log_line(LOG_NOTICE, "%slatest: the list comes from here now", mirror->url);
	if (news == -ESTALE || news == -EAGAIN)
		set_behind(mirror, objection);
	else
		judge_age(mirror);
	if (news < 0 && news != -ESTALE) {
		mirror->seen = (struct http_validators){ 0 };
		mirror->held_back = true;
		retry_later(&mirror->retry);
	}
	return news > 0;
}

/* When to ask again after an answer; at once if the server will hold it back. */
static void schedule(struct mirror *mirror, const struct http_reply *reply, bool news)
{
	mirror->waits = reply->waited && mirror->seen.etag[0];
	if (!mirror->waits) {
		retry_worked(&mirror->retry);
		mirror->held_back = true;
		retry_after(&mirror->retry, mirror->fetch->config->poll * 1000000ULL);
	} else if (!news && mirror->conditional && now_usec() - mirror->asked < WAITED_USEC) {
		/* As from a server that is being stopped. */
		mirror->held_back = true;
		retry_later(&mirror->retry);
	} else {
		retry_worked(&mirror->retry);
	}
}

static void on_latest(void *userdata, struct http_reply *reply)
{
	struct mirror *mirror = userdata;
	bool news = false;

	mirror->asking = false;
	if (reply->status == 200) {
		news = take_latest(mirror, reply);
	} else if (reply->status == 304) {
		worked(mirror);
		if (!time_left(mirror))
			judge_age(mirror);
	} else {
		failed(mirror, reply->cause, reply->error, reply->retry_after);
	}
	free(reply->body);
	if (!mirror->held_back)
		schedule(mirror, reply, news);
	pursue(mirror->fetch);
}

static void ask(struct mirror *mirror)
{
	const struct config *config = mirror->fetch->config;
	char url[CONFIG_URL_SIZE + sizeof(IDREVOKE_FEED_LATEST)];
	uint64_t left = time_left(mirror);
	struct http_question question = {
		.url = url,
		.seen = &mirror->seen,
		.limit = IDREVOKE_NOTE_MAX,
	};

	/* The answer should be there when it is time to look elsewhere. */
	question.wait = left && left < (uint64_t)config->wait ? (int)left : config->wait;
	question.timeout = config->connect_timeout + (mirror->waits ? question.wait : 0) +
			   config->stall_timeout;
	snprintf(url, sizeof(url), "%s%s", mirror->url, IDREVOKE_FEED_LATEST);
	mirror->conditional = mirror->seen.etag[0];
	mirror->asked = now_usec();
	if (http_get(mirror->fetch->http, &question, on_latest, mirror))
		failed(mirror, CAUSE_NETWORK, "out of memory", 0);
	else
		mirror->asking = true;
}

/*
 * The preferred mirror is always asked; each other one as long as none before it
 * has what is current. So there is no way back to be decided on: the preferred
 * one is tried again all the time, and when it works the others are left alone.
 */
static void pursue(struct fetch *fetch)
{
	for (unsigned int i = 0; i < fetch->config->url_count; i++) {
		struct mirror *mirror = &fetch->mirrors[i];

		if (!mirror->asking && !mirror->held_back)
			ask(mirror);
		if (!mirror->failed && !mirror->behind)
			break;
	}
}

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct mirror *mirror = userdata;

	(void)source;
	(void)usec;
	mirror->held_back = false;
	pursue(mirror->fetch);
	return 0;
}

static int start(struct fetch *fetch, sd_event *event)
{
	const struct config *config = fetch->config;
	const struct idrevoke_transport transport = {
		.ca = config->ca,
		.certificate = config->certificate,
		.key = config->key,
		.proxy = config->proxy,
		.user_agent = "idrevoked",
		.connect_timeout = config->connect_timeout,
		.stall_timeout = config->stall_timeout,
		.transfer_timeout = config->transfer_timeout,
	};
	int error = idrevoke_vkey_parse(&fetch->key, config->root_key);

	for (unsigned int i = 0; !error && i < config->url_count; i++) {
		struct mirror *mirror = &fetch->mirrors[i];

		mirror->fetch = fetch;
		mirror->url = config->urls[i];
		error = retry_init(&mirror->retry, event, on_time, mirror);
	}
	if (!error)
		error = http_new(&fetch->http, event, &transport);
	fetch->downloads.config = config;
	fetch->downloads.http = fetch->http;
	return error;
}

int fetch_new(struct fetch **fetch, sd_event *event, const struct config *config,
	      fetch_latest_t latest, void *userdata)
{
	struct fetch *new = calloc(1, sizeof(*new));
	int error;

	*fetch = NULL;
	if (!new)
		return -ENOMEM;
	new->config = config;
	new->latest = latest;
	new->userdata = userdata;
	error = start(new, event);
	if (error < 0) {
		fetch_free(new);
		return error;
	}
	pursue(new);
	*fetch = new;
	return 0;
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch)
		return;
	http_free(fetch->http);
	downloads_free(&fetch->downloads);
	for (unsigned int i = 0; i < CONFIG_URLS_MAX; i++)
		retry_free(&fetch->mirrors[i].retry);
	free(fetch);
}

int fetch_payload(struct fetch *fetch, const struct idrevoke_feed_payload *named, FILE *sink,
		  fetch_done_t done, void *userdata)
{
	return downloads_get(&fetch->downloads, named, fetch->source, sink, done, userdata);
}
