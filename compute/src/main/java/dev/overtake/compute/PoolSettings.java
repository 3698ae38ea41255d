// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link ProcessPool.Builder} was told; its methods say what each means. */
record PoolSettings(
    int workers,
    int queueLimit,
    int frameLimit,
    long queuedBytesLimit,
    Duration patience,
    Duration grace,
    int retries,
    long recycleAfterTasks,
    long recycleAboveBytes,
    boolean lowersLongTasks,
    List<String> jvmArguments,
    List<Path> classPath,
    List<String> admitted,
    Path folder,
    @Nullable Path cache) {}
