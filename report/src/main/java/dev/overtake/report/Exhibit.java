// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/** What a chapter shows between its method and its verdict, in the order given. */
public sealed interface Exhibit permits Figure, Table, Listing {}
