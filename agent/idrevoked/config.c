// SPDX-License-Identifier: GPL-2.0-or-later
#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/note.h"
#include "config.h"
#include "log.h"

#define DEFAULT_STATE "/var/lib/idrevoked"
#define DEFAULT_WAIT 50
#define DEFAULT_POLL 10
#define DEFAULT_CONNECT_TIMEOUT 10

static const struct {
	const char *name;
	size_t offset;
	bool text, required;
	int least, most;
} settings[] = {
	{ "url", offsetof(struct config, url), true, true, 0, 0 },
	{ "root_key", offsetof(struct config, root_key), true, true, 0, 0 },
	{ "ca", offsetof(struct config, ca), true, false, 0, 0 },
	{ "state", offsetof(struct config, state), true, false, 0, 0 },
	{ "wait", offsetof(struct config, wait), false, false, 1, 3600 },
	{ "poll", offsetof(struct config, poll), false, false, 1, 86400 },
	{ "connect_timeout", offsetof(struct config, connect_timeout), false, false, 1, 300 },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static int take_text(struct config *config, size_t i, config_setting_t *setting,
		     const char *path)
{
	const char *text = config_setting_get_string(setting);
	char **place = (char **)((char *)config + settings[i].offset);

	if (!text || !*text) {
		log_line(LOG_ERR, "%s:%u: %s must be a text in quotes", path,
			 config_setting_source_line(setting), settings[i].name);
		return -1;
	}
	*place = strdup(text);
	if (!*place) {
		log_line(LOG_ERR, "out of memory");
		return -1;
	}
	return 0;
}

static int take_number(struct config *config, size_t i, config_setting_t *setting,
		       const char *path)
{
	int value = config_setting_get_int(setting);

	if (config_setting_type(setting) != CONFIG_TYPE_INT || value < settings[i].least ||
	    value > settings[i].most) {
		log_line(LOG_ERR, "%s:%u: %s must be a number from %d to %d", path,
			 config_setting_source_line(setting), settings[i].name, settings[i].least,
			 settings[i].most);
		return -1;
	}
	*(int *)((char *)config + settings[i].offset) = value;
	return 0;
}

static int take(struct config *config, config_setting_t *setting, const char *path)
{
	const char *name = config_setting_name(setting);

	for (size_t i = 0; i < SETTINGS; i++)
		if (!strcmp(name, settings[i].name))
			return settings[i].text ? take_text(config, i, setting, path) :
						  take_number(config, i, setting, path);
	log_line(LOG_ERR, "%s:%u: there is no setting %s", path,
		 config_setting_source_line(setting), name);
	return -1;
}

/* The line of a setting that was there, for errors found later. */
static unsigned int line_of(const config_t *file, const char *name)
{
	config_setting_t *setting = config_lookup(file, name);

	return setting ? config_setting_source_line(setting) : 0;
}

static int check(struct config *config, const config_t *file, const char *path)
{
	struct idrevoke_vkey key;
	size_t length;
	char *slash;

	for (size_t i = 0; i < SETTINGS; i++) {
		if (settings[i].required && !config_lookup(file, settings[i].name)) {
			log_line(LOG_ERR, "%s: the setting %s is missing", path, settings[i].name);
			return -1;
		}
	}
	if (strncmp(config->url, "https://", 8) || !config->url[8]) {
		log_line(LOG_ERR, "%s:%u: url must begin with https://", path,
			 line_of(file, "url"));
		return -1;
	}
	length = strlen(config->url);
	if (config->url[length - 1] != '/') {
		slash = realloc(config->url, length + 2);
		if (!slash) {
			log_line(LOG_ERR, "out of memory");
			return -1;
		}
		strcpy(slash + length, "/");
		config->url = slash;
	}
	if (idrevoke_vkey_parse(&key, config->root_key)) {
		log_line(LOG_ERR, "%s:%u: root_key is no verifier key (name+hex+base64)", path,
			 line_of(file, "root_key"));
		return -1;
	}
	if (config->ca && access(config->ca, R_OK)) {
		log_line(LOG_ERR, "%s:%u: ca: cannot read %s: %m", path, line_of(file, "ca"),
			 config->ca);
		return -1;
	}
	return 0;
}

int config_load(struct config *config, const char *path)
{
	int error = 0;
	config_t file;

	*config = (struct config){
		.wait = DEFAULT_WAIT,
		.poll = DEFAULT_POLL,
		.connect_timeout = DEFAULT_CONNECT_TIMEOUT,
	};
	config_init(&file);
	if (!config_read_file(&file, path)) {
		if (config_error_type(&file) == CONFIG_ERR_FILE_IO)
			log_line(LOG_ERR, "%s: cannot read: %m", path);
		else
			log_line(LOG_ERR, "%s:%d: %s", path, config_error_line(&file),
				 config_error_text(&file));
		error = -1;
	}
	for (int i = 0; !error && i < config_setting_length(config_root_setting(&file)); i++)
		error = take(config, config_setting_get_elem(config_root_setting(&file), i), path);
	if (!error)
		error = check(config, &file, path);
	if (!error && !config->state) {
		config->state = strdup(DEFAULT_STATE);
		error = config->state ? 0 : -1;
	}
	config_destroy(&file);
	if (error)
		config_free(config);
	return error;
}

void config_free(struct config *config)
{
	free(config->url);
	free(config->root_key);
	free(config->ca);
	free(config->state);
	memset(config, 0, sizeof(*config));
}
