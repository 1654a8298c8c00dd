// SPDX-License-Identifier: GPL-2.0-or-later
#include <libconfig.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/note.h"
#include "address.h"
#include "config.h"
#include "credentials.h"
#include "log.h"
#include "metrics_server.h"
#include "nearest.h"

enum kind {
	URLS,  /* a text or several */
	TEXT,
	NUMBER,
};

static const struct {
	const char *name;
	size_t offset;
	enum kind kind;
	int least;	 /* of a number; of a text: letters */
	int most, usual; /* of a number */
} settings[] = {
	{ "url", offsetof(struct config, urls), URLS, 0, 0, 0 },
	{ "root_key", offsetof(struct config, root_key), TEXT, 1, 0, 0 },
	{ "ca", offsetof(struct config, ca), TEXT, 1, 0, 0 },
	{ "certificate", offsetof(struct config, certificate), TEXT, 1, 0, 0 },
	{ "key", offsetof(struct config, key), TEXT, 1, 0, 0 },
	{ "proxy", offsetof(struct config, proxy), TEXT, 0, 0, 0 },
	{ "state", offsetof(struct config, state), TEXT, 1, 0, 0 },
	{ "metrics", offsetof(struct config, metrics), TEXT, 1, 0, 0 },
	{ "wait", offsetof(struct config, wait), NUMBER, 1, 3600, 50 },
	{ "poll", offsetof(struct config, poll), NUMBER, 1, 86400, 10 },
	{ "connect_timeout", offsetof(struct config, connect_timeout), NUMBER, 1, 300, 10 },
	{ "stall_timeout", offsetof(struct config, stall_timeout), NUMBER, 1, 3600, 20 },
	{ "transfer_timeout", offsetof(struct config, transfer_timeout), NUMBER, 1, 604800, 3600 },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))
#define DEFAULT_STATE "/var/lib/idrevoked"

/* A file that is being read. */
struct reading {
	config_t file;
	const char *path;
	struct config *config;
	bool bad;
};

/* Says what is wrong with a setting, and where it stands. */
static __attribute__((format(printf, 3, 4))) void
complain(struct reading *reading, const config_setting_t *setting, const char *format, ...)
{
	const char *file = config_setting_source_file(setting);
	char text[640];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_line(LOG_ERR, "%s:%u: %s", file ?: reading->path,
		 config_setting_source_line(setting), text);
	reading->bad = true;
}

static char *copy(struct reading *reading, const char *text)
{
	char *copied = strdup(text);

	if (!copied) {
		log_line(LOG_ERR, "out of memory");
		reading->bad = true;
	}
	return copied;
}

static void take_text(struct reading *reading, size_t i, const config_setting_t *setting)
{
	const char *text = config_setting_get_string(setting);

	if (text && strlen(text) >= (size_t)settings[i].least)
		*(char **)((char *)reading->config + settings[i].offset) = copy(reading, text);
	else
		complain(reading, setting, "%s must be a text in quotes", settings[i].name);
}

static void take_number(struct reading *reading, size_t i, const config_setting_t *setting)
{
	int value = config_setting_get_int(setting);

	if (config_setting_type(setting) == CONFIG_TYPE_INT && value >= settings[i].least &&
	    value <= settings[i].most)
		*(int *)((char *)reading->config + settings[i].offset) = value;
	else
		complain(reading, setting, "%s must be a number from %d to %d", settings[i].name,
			 settings[i].least, settings[i].most);
}

static void take_url(struct reading *reading, const config_setting_t *setting)
{
	struct config *config = reading->config;
	const char *text = config_setting_get_string(setting);
	char url[CONFIG_URL_SIZE];
	const char *fault;
	int length;

	if (!text) {
		complain(reading, setting, "url must be a text in quotes, or a list of them");
		return;
	}
	fault = address_fault(text);
	if (fault) {
		complain(reading, setting, "url %s", fault);
		return;
	}
	length = snprintf(url, sizeof(url), "%s%s", text,
			  text[strlen(text) - 1] == '/' ? "" : "/");
	if (length >= CONFIG_URL_SIZE)
		complain(reading, setting, "url is too long");
	else if (config->url_count == CONFIG_URLS_MAX)
		complain(reading, setting, "url must not name more than %d mirrors",
			 CONFIG_URLS_MAX);
	else
		config->urls[config->url_count++] = copy(reading, url);
}

static void take_urls(struct reading *reading, const config_setting_t *setting)
{
	int count = config_setting_length(setting);

	if (!config_setting_is_list(setting) && !config_setting_is_array(setting)) {
		take_url(reading, setting);
		return;
	}
	if (!count)
		complain(reading, setting, "url must name a mirror at least");
	for (int i = 0; i < count; i++)
		take_url(reading, config_setting_get_elem(setting, i));
}

static void complain_unknown(struct reading *reading, const config_setting_t *setting)
{
	const char *names[SETTINGS], *name = config_setting_name(setting), *nearest;

	for (size_t i = 0; i < SETTINGS; i++)
		names[i] = settings[i].name;
	nearest = nearest_word(name, names, SETTINGS);
	if (nearest)
		complain(reading, setting, "there is no setting %s; is it %s?", name, nearest);
	else
		complain(reading, setting, "there is no setting %s", name);
}

static void take(struct reading *reading, const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	for (size_t i = 0; i < SETTINGS; i++) {
		if (strcmp(name, settings[i].name))
			continue;
		switch (settings[i].kind) {
		case URLS:
			take_urls(reading, setting);
			return;
		case TEXT:
			take_text(reading, i, setting);
			return;
		case NUMBER:
			take_number(reading, i, setting);
			return;
		}
	}
	complain_unknown(reading, setting);
}

/* A setting that is not there has no fault, unless it is required. */
static const config_setting_t *find(struct reading *reading, const char *name, bool required)
{
	const config_setting_t *setting = config_lookup(&reading->file, name);

	if (!setting && required) {
		log_line(LOG_ERR, "%s: the setting %s is missing", reading->path, name);
		reading->bad = true;
	}
	return setting;
}

static void check_root_key(struct reading *reading)
{
	const config_setting_t *setting = find(reading, "root_key", true);
	struct idrevoke_vkey key;

	if (reading->config->root_key && idrevoke_vkey_parse(&key, reading->config->root_key))
		complain(reading, setting, "root_key is no verifier key (name+hex+base64)");
}

static void check_credentials(struct reading *reading)
{
	const config_setting_t *ca = find(reading, "ca", false);
	const config_setting_t *certificate = find(reading, "certificate", false);
	const config_setting_t *key = find(reading, "key", false);
	struct config *config = reading->config;
	char why[CREDENTIALS_WHY_SIZE];

	if (config->ca && credentials_check_certificate(config->ca, why))
		complain(reading, ca, "ca: %s", why);
	if (key && !certificate)
		complain(reading, key, "key is of no use without the setting certificate");
	if (!config->certificate)
		return;
	if (credentials_check_certificate(config->certificate, why))
		complain(reading, certificate, "certificate: %s", why);
	else if (credentials_expired(config->certificate))
		log_line(LOG_WARNING, "%s:%u: certificate: %s has expired", reading->path,
			 config_setting_source_line(certificate), config->certificate);
	if (config->key && credentials_check_key(config->key, config->certificate, why))
		complain(reading, key, "key: %s", why);
	if (!key && credentials_check_key(config->certificate, config->certificate, why))
		complain(reading, certificate, "there is no setting key, and certificate: %s", why);
}

/* An empty one is none, whatever the environment says. */
static void check_proxy(struct reading *reading)
{
	const config_setting_t *setting = find(reading, "proxy", false);
	const char *proxy = reading->config->proxy, *fault;
	struct stat status;

	if (!proxy || !*proxy)
		return;
	fault = address_proxy_fault(proxy);
	if (fault)
		complain(reading, setting, "proxy %s", fault);
	else if (address_has_password(proxy) && !stat(reading->path, &status) &&
		 status.st_mode & S_IRWXO)
		complain(reading, setting, "proxy holds a password, and this file is open to everyone");
}

static void check_metrics(struct reading *reading)
{
	const config_setting_t *setting = find(reading, "metrics", false);
	const char *metrics = reading->config->metrics;
	struct sockaddr_storage unused;
	const char *fault = metrics ? metrics_address(metrics, &unused) : NULL;

	if (fault)
		complain(reading, setting, "metrics %s", fault);
}

static void take_all(struct reading *reading)
{
	const config_setting_t *root = config_root_setting(&reading->file);

	for (int i = 0; i < config_setting_length(root); i++)
		take(reading, config_setting_get_elem(root, i));
	find(reading, "url", true);
	check_root_key(reading);
	check_credentials(reading);
	check_proxy(reading);
	check_metrics(reading);
}

static void complain_unreadable(struct reading *reading)
{
	reading->bad = true;
	if (config_error_type(&reading->file) == CONFIG_ERR_FILE_IO)
		log_line(LOG_ERR, "%s: cannot read: %m", reading->path);
	else
		log_line(LOG_ERR, "%s:%d: %s", config_error_file(&reading->file) ?: reading->path,
			 config_error_line(&reading->file), config_error_text(&reading->file));
}

int config_load(struct config *config, const char *path)
{
	struct reading reading = { .path = path, .config = config };

	memset(config, 0, sizeof(*config));
	for (size_t i = 0; i < SETTINGS; i++)
		if (settings[i].kind == NUMBER)
			*(int *)((char *)config + settings[i].offset) = settings[i].usual;
	config_init(&reading.file);
	if (config_read_file(&reading.file, path))
		take_all(&reading);
	else
		complain_unreadable(&reading);
	if (!config->state)
		config->state = copy(&reading, DEFAULT_STATE);
	config_destroy(&reading.file);
	if (!reading.bad)
		return 0;
	config_free(config);
	return -1;
}

void config_free(struct config *config)
{
	for (unsigned int i = 0; i < config->url_count; i++)
		free(config->urls[i]);
	for (size_t i = 0; i < SETTINGS; i++)
		if (settings[i].kind == TEXT)
			free(*(char **)((char *)config + settings[i].offset));
	memset(config, 0, sizeof(*config));
}
