// SPDX-License-Identifier: Apache-2.0

/// What `seawall demo` does, step by step:
///
/// 1. [Material] copies the source files aside and cuts them into chunks. Thread `t` of `n` appends
///    chunks `t, t + n, t + 2n, …`, again from the start when it is through: the record that thread
///    `t` appends as its `s`-th is a function of `t` and `s` alone.
/// 2. [Killer] runs a [Writer] in a process of its own, notes every record that it reports as
///    durable ([Acknowledged]), kills it at a random moment, and starts it again, until the time is
///    up. The writer recovers the log and goes on where it ends.
/// 3. [Proof] reads the whole log and shows that every acknowledged record is there, that nothing
///    else is, that each thread's order was kept, and puts the files together again.
/// 4. [Pace] measures durable appends beside a plain file.
@NullMarked
package dev.seawall.cli.demo;

import org.jspecify.annotations.NullMarked;
