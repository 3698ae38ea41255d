// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to run, on what, and where the results go.
 *
 * {@snippet :
 * LabOptions options =
 *     LabOptions.builder(List.of("./overtake"), "./overtake lab perf2 --quick")
 *         .experiments(List.of("perf2"))
 *         .effort(Effort.QUICK)
 *         .build();
 * }
 *
 * <p>Immutable.
 */
public final class LabOptions {
  private static final String DEFAULT_PYTHON = "python3";
  private static final String NO_PYTHON = "none";

  private final List<String> serverCommand;
  private final String commandLine;
  private final List<String> experiments;
  private final List<String> models;
  private final Effort effort;
  private final @Nullable Path out;
  private final @Nullable String python;
  private final Placement placement;
  private final boolean spinners;

  private LabOptions(Builder from) {
    serverCommand = from.serverCommand;
    commandLine = from.commandLine;
    experiments = from.experiments;
    models = from.models;
    effort = from.effort;
    out = from.out;
    python = from.python;
    placement = from.placement;
    spinners = from.spinners;
  }

  /**
   * Begins with the defaults: all experiments and models, full effort, a directory of its own below
   * {@code overtake-runs}, {@code python3}, separate cores, spinners.
   *
   * @param serverCommand the words that start the command {@code overtake}; the lab appends {@code
   *     serve fib --model …}
   * @param commandLine what the user typed, recorded in the results
   * @return a builder, to be used by one thread
   * @throws IllegalArgumentException if the server command is empty
   */
  public static Builder builder(List<String> serverCommand, String commandLine) {
    return new Builder(serverCommand, commandLine);
  }

  List<String> serverCommand() {
    return serverCommand;
  }

  String commandLine() {
    return commandLine;
  }

  List<String> experiments() {
    return experiments;
  }

  List<String> models() {
    return models;
  }

  Effort effort() {
    return effort;
  }

  /** Null: a new directory below {@code overtake-runs}. */
  @Nullable Path out() {
    return out;
  }

  /** Null: leave CPython out. */
  @Nullable String python() {
    return python;
  }

  Placement placement() {
    return placement;
  }

  boolean spinners() {
    return spinners;
  }

  /** The command that runs one experiment alone with these options, as one would type it. */
  String commandFor(String experiment) {
    StringBuilder command = new StringBuilder("./overtake lab ").append(experiment);
    if (effort == Effort.QUICK) {
      command.append(" --quick");
    }
    if (!models.equals(Variant.MODELS)) {
      command.append(" --models ").append(String.join(",", models));
    }
    if (!DEFAULT_PYTHON.equals(python)) {
      command.append(" --python ").append(python == null ? NO_PYTHON : python);
    }
    if (!placement.equals(Placement.SEPARATE)) {
      command.append(" --placement ").append(placement);
    }
    if (!spinners) {
      command.append(" --no-spinners");
    }
    return command.toString();
  }

  /** Collects options; what is not set keeps its default. */
  public static final class Builder {
    private final List<String> serverCommand;
    private final String commandLine;
    private List<String> experiments = List.of();
    private List<String> models = Variant.MODELS;
    private Effort effort = Effort.FULL;
    private @Nullable Path out;
    private @Nullable String python = DEFAULT_PYTHON;
    private Placement placement = Placement.SEPARATE;
    private boolean spinners = true;

    private Builder(List<String> serverCommand, String commandLine) {
      if (serverCommand.isEmpty()) {
        throw new IllegalArgumentException("serverCommand must have at least one word");
      }
      this.serverCommand = List.copyOf(serverCommand);
      this.commandLine = Objects.requireNonNull(commandLine);
    }

    /**
     * Sets which experiments are run; an empty list means all.
     *
     * @param ids as {@link Lab#experiments()} lists them
     * @return this builder
     * @throws IllegalArgumentException with a line for the user, if one of them is unknown
     */
    public Builder experiments(List<String> ids) {
      for (String id : ids) {
        if (!Lab.experiments().containsKey(id)) {
          throw new IllegalArgumentException(
              "experiment \"%s\" is unknown; there are %s"
                  .formatted(id, String.join(", ", Lab.experiments().keySet())));
        }
      }
      experiments = List.copyOf(ids);
      return this;
    }

    /**
     * Sets the models of our server that are measured.
     *
     * @param names as the server's {@code --model} takes them
     * @return this builder
     */
    public Builder models(List<String> names) {
      models = List.copyOf(names);
      return this;
    }

    /**
     * Sets how much time the run may take.
     *
     * @param effort quick or full
     * @return this builder
     */
    public Builder effort(Effort effort) {
      this.effort = effort;
      return this;
    }

    /**
     * Sets the directory the results go to; it is made if it is not there.
     *
     * @param directory where
     * @return this builder
     */
    public Builder out(Path directory) {
      out = directory;
      return this;
    }

    /**
     * Sets the command that starts CPython.
     *
     * @param command a program, or {@code none} to leave CPython out
     * @return this builder
     */
    public Builder python(String command) {
      python = command.equals(NO_PYTHON) ? null : command;
      return this;
    }

    /**
     * Sets which cores generator and servers run on.
     *
     * @param placement separate or shared
     * @return this builder
     */
    public Builder placement(Placement placement) {
      this.placement = placement;
      return this;
    }

    /**
     * Lets idle cores fall asleep between requests, as they do without the lab.
     *
     * @return this builder
     */
    public Builder withoutSpinners() {
      spinners = false;
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     */
    public LabOptions build() {
      return new LabOptions(this);
    }
  }
}
