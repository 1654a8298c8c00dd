// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "listing.h"

#define WORDS_MAX	16

void command(const char *name, ...)
{
	const char *words[WORDS_MAX] = { name };
	posix_spawn_file_actions_t actions;
	va_list arguments;
	unsigned int i;
	int error, status;
	pid_t child;

	va_start(arguments, name);
	for (i = 1; i < WORDS_MAX && words[i - 1]; i++)
		words[i] = va_arg(arguments, const char *);
	va_end(arguments);
	if (words[i - 1])
		failed("%s has too many arguments", name);

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	error = posix_spawnp(&child, name, &actions, NULL, (char **)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		failed("%s: %s", name, strerror(error));
	if (waitpid(child, &status, 0) != child || status)
		failed("%s %s has failed, status %#x", name, words[1] ?: "", status);
}
