// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines and CSV as operators hand them in: bad ones are named, and reading goes on. */
#include <errno.h>
#include <string.h>

#include "csv_row.h"
#include "lines.h"
#include "tap.h"

static struct idrevoke_lines *lines;
static const char *why;

static void open_text(const char *text, size_t size)
{
	FILE *file = fmemopen((void *)text, size, "r");

	if (!file || idrevoke_lines_open(&lines, file))
		bail_out("no memory");
}

static void close_text(void)
{
	FILE *file = lines->file;

	idrevoke_lines_close(lines);
	fclose(file);
}

/* The next line is this, and of this number. */
static void next_is(const char *text, unsigned int number)
{
	int got = idrevoke_lines_next(lines, &why);

	ok(got == 1 && !strcmp(lines->text, text) && lines->length == strlen(text) &&
	   lines->number == number, "line %u is '%.20s'", number, text);
}

static void line_ends(void)
{
	static const char text[] = "\xef\xbb\xbfone\r\n\ntwo\r\r\nthree\xef\xbb\xbf\nfour";

	open_text(text, strlen(text));
	next_is("one", 1);
	next_is("", 2);
	next_is("two", 3);
	next_is("three\xef\xbb\xbf", 4);
	next_is("four", 5);
	is(idrevoke_lines_next(lines, &why), 0, "the end");
	is(idrevoke_lines_next(lines, &why), 0, "and again");
	close_text();
}

static void bad_lines(void)
{
	static char text[3 * IDREVOKE_LINE_SIZE];
	size_t longest = IDREVOKE_LINE_SIZE - 1;

	memset(text, 'a', sizeof(text));
	text[longest] = '\n';
	text[2 * longest + 2] = '\n';
	strcpy(text + 2 * longest + 3, "b\nc\nz");
	text[2 * longest + 6] = '\0';
	open_text(text, 2 * longest + 8);
	is(idrevoke_lines_next(lines, &why), 1, "the longest line");
	is(lines->length, longest, "is whole");
	is(idrevoke_lines_next(lines, &why), -EBADMSG, "a longer one");
	ok(!strcmp(why, "the line is too long"), "is too long");
	is(lines->number, 2, "and numbered");
	next_is("b", 3);
	is(idrevoke_lines_next(lines, &why), -EBADMSG, "a zero byte");
	ok(!strcmp(why, "the line has a zero byte"), "is named");
	is(idrevoke_lines_next(lines, &why), 0, "the end");
	close_text();
}

static void unreadable(void)
{
	FILE *directory = fopen("/", "r");

	is(idrevoke_lines_open(&lines, directory), 0, "a directory");
	is(idrevoke_lines_next(lines, &why), -EISDIR, "cannot be read");
	close_text();
}

static struct idrevoke_csv csv;

static int split(const char *line)
{
	return idrevoke_csv_split(&csv, line, strlen(line), &why);
}

static void rows(void)
{
	static const struct {
		const char *line;
		size_t count;
		const char *fields[3];
	} good[] = {
		{ "a,b,c", 3, { "a", "b", "c" } },
		{ "a,,", 3, { "a", "", "" } },
		{ "\"a\",\"b \"\"c\"\", d\"", 2, { "a", "b \"c\", d" } },
		{ " a , b ", 2, { "a", "b" } },
		{ "\"\"", 1, { "" } },
		{ ",", 2, { "", "" } },
		{ "", 0, { NULL } },
		{ "  \t", 0, { NULL } },
	};
	static const char *const bad[] = { "\"a,b", "a\"b,c", "\"a\"b,c", "a\rb", "a\r,\"" };
	char line[IDREVOKE_LINE_SIZE];

	is(idrevoke_csv_init(&csv), 0, "a splitter");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bool same = !split(good[i].line) && csv.count == good[i].count;

		for (size_t j = 0; same && j < csv.count; j++)
			same = !strcmp(csv.fields[j], good[i].fields[j]);
		ok(same, "split: <%s>", good[i].line);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		is(split(bad[i]), -EBADMSG, "refused: row %zu", i);
		ok(!split("x,y") && csv.count == 2 && !strcmp(csv.fields[1], "y"), "and goes on");
	}
	memset(line, ',', sizeof(line));
	is(idrevoke_csv_split(&csv, line, IDREVOKE_CSV_FIELDS_MAX - 1, &why), 0, "many fields");
	is(csv.count, IDREVOKE_CSV_FIELDS_MAX, "are all there");
	is(idrevoke_csv_split(&csv, line, IDREVOKE_CSV_FIELDS_MAX, &why), -EBADMSG, "one more");
	ok(!strcmp(why, "there are too many fields"), "is too many");
	is(idrevoke_csv_split(&csv, line, sizeof(line), &why), -EBADMSG, "a line too long");
	memset(line, 'z', sizeof(line));
	is(idrevoke_csv_split(&csv, line, sizeof(line) - 1, &why), 0, "the longest line");
	is(strlen(csv.fields[0]), sizeof(line) - 1, "is whole");
	idrevoke_csv_wipe(&csv);
	ok(!memchr(csv.text, 'z', sizeof(csv.text)), "wiped");
}

int main(void)
{
	line_ends();
	bad_lines();
	unreadable();
	rows();
	return done();
}
