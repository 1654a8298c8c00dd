/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compat.h wants it; what is under test here does not. */
