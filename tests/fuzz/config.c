// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent's configuration file. Input: the file. What is taken keeps within its
 * bounds, and what is refused is said to be wrong, in one line without control
 * characters of the file's.
 */
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../agent/idrevoked/config.h"
#include "../../agent/idrevoked/log.h"
#include "fuzz.h"

/* libconfig 1.5 forgets a text whose closing quote is missing. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static unsigned int complaints;

/* In the place of the agent's own, which writes to the journal. */
void log_write(const char *file, const char *line, const char *function, int priority,
	       const char *id, const struct log_fields *fields, const char *format, ...)
{
	char words[2048];
	va_list arguments;

	(void)file;
	(void)line;
	(void)function;
	(void)id;
	(void)fields;
	va_start(arguments, format);
	fuzz_check(vsnprintf(words, sizeof(words), format, arguments) > 0, "no words");
	va_end(arguments);
	complaints += priority == LOG_ERR;
}

void log_one_line(char *text)
{
	fuzz_check(strlen(text) < 4096, "a long text");
}

/* What would read other files than this one. */
static bool leads_elsewhere(const char *text)
{
	return strstr(text, "include") || strstr(text, "/");
}

static void check_taken(const struct config *config)
{
	fuzz_check(config->url_count >= 1 && config->url_count <= CONFIG_URLS_MAX, "mirrors");
	for (unsigned int i = 0; i < config->url_count; i++) {
		size_t length = strlen(config->urls[i]);

		fuzz_check(length > 8 && length < CONFIG_URL_SIZE &&
			   config->urls[i][length - 1] == '/', "no URL");
		fuzz_check(!strncmp(config->urls[i], "https://", 8) ||
			   !strncmp(config->urls[i], "file:///", 8), "no URL");
		fuzz_check(!strpbrk(config->urls[i], "?#"), "no URL");
	}
	fuzz_check(config->root_key && config->state && config->state[0], "what is required");
	fuzz_check(config->wait >= 1 && config->wait <= 3600 && config->poll >= 1 &&
		   config->poll <= 86400, "out of bounds");
	fuzz_check(config->connect_timeout >= 1 && config->connect_timeout <= 300 &&
		   config->stall_timeout >= 1 && config->stall_timeout <= 3600 &&
		   config->transfer_timeout >= 1 && config->transfer_timeout <= 604800,
		   "out of bounds");
	fuzz_check(!config->key || config->certificate, "a key without a certificate");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* so that every byte is mutated, and no file is read, "|" stands for "/" */
	struct fuzz_input input = { data, size };
	char *text = fuzz_text(&input), path[64];
	struct config config;
	int file;

	if (leads_elsewhere(text)) {
		free(text);
		return 0;
	}
	for (char *at = text; (at = strstr(at, "||")); at += 2)
		memcpy(at, "//", 2);
	file = memfd_create("config", 0);
	fuzz_check(write(file, text, strlen(text)) == (ssize_t)strlen(text), "no file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	complaints = 0;
	if (!config_load(&config, path))
		check_taken(&config);
	else
		fuzz_check(complaints && !config.url_count && !config.root_key, "no word");
	config_free(&config);
	close(file);
	free(text);
	return 0;
}
