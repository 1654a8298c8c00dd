# SPDX-License-Identifier: GPL-2.0-or-later

$(out)/hostile/server: private LIBS := $(shell pkg-config --libs libssl)
