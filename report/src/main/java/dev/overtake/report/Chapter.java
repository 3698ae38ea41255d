// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One experiment: the claim, what was asked and expected, how it was measured, what came out.
 *
 * <p>Texts may be empty and lists too; what is empty is left out of the page.
 *
 * @param id the experiment's id, its address within the page; letters, digits, dots and hyphens
 * @param title the heading; not blank
 * @param claim what the article found, in our words
 * @param question what is asked here
 * @param prediction what was expected before measuring
 * @param method how it was measured
 * @param control where the effect must vanish, and whether it did
 * @param command what to type to repeat it
 * @param notes placement, spinners, the load generator's own saturation
 * @param exhibits figures and tables in reading order
 * @param verdicts sentences computed from the figures; the first one is shown on the front page
 * @param costs what got worse, and what the figures do not say
 * @param files raw results beside the page, as paths relative to it
 */
public record Chapter(
    String id,
    String title,
    String claim,
    String question,
    String prediction,
    String method,
    String control,
    String command,
    List<Note> notes,
    List<Exhibit> exhibits,
    List<Verdict> verdicts,
    List<String> costs,
    List<String> files) {
  private static final Pattern ID = Pattern.compile("[A-Za-z][A-Za-z0-9.-]*");
  private static final Pattern SCHEME = Pattern.compile("(?s)[A-Za-z][A-Za-z0-9+.-]*:.*");

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the id has other characters, the title is blank, or a file
   *     is no relative path
   */
  public Chapter {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "a chapter's id must be a letter, then letters, digits, dots and hyphens: id=" + id);
    }
    Checks.notBlank("title", title);
    notes = List.copyOf(notes);
    exhibits = List.copyOf(exhibits);
    verdicts = List.copyOf(verdicts);
    costs = List.copyOf(costs);
    files = List.copyOf(files);
    for (String file : files) {
      if (file.isBlank() || file.startsWith("/") || SCHEME.matcher(file).matches()) {
        throw new IllegalArgumentException("a file must be a relative path: file=" + file);
      }
    }
  }

  /**
   * Begins a chapter in which everything else is empty.
   *
   * @param id the experiment's id
   * @param title the heading
   * @return a builder, to be used by one thread
   */
  public static Builder builder(String id, String title) {
    return new Builder(id, title);
  }

  /**
   * Returns the same chapter with one exhibit more, before all others.
   *
   * @param first a figure, table or listing
   * @return a new chapter
   */
  public Chapter beginningWith(Exhibit first) {
    List<Exhibit> all = new ArrayList<>(List.of(first));
    all.addAll(exhibits);
    return new Chapter(
        id,
        title,
        claim,
        question,
        prediction,
        method,
        control,
        command,
        notes,
        all,
        verdicts,
        costs,
        files);
  }

  /** Collects a chapter's parts. Lists grow by one with each call; texts are replaced. */
  public static final class Builder {
    private final String id;
    private final String title;
    private String claim = "";
    private String question = "";
    private String prediction = "";
    private String method = "";
    private String control = "";
    private String command = "";
    private final List<Note> notes = new ArrayList<>();
    private final List<Exhibit> exhibits = new ArrayList<>();
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<String> costs = new ArrayList<>();
    private final List<String> files = new ArrayList<>();

    private Builder(String id, String title) {
      this.id = id;
      this.title = title;
    }

    /**
     * Sets what the article found.
     *
     * @param text in our words
     * @return this builder
     */
    public Builder claim(String text) {
      claim = text;
      return this;
    }

    /**
     * Sets what is asked here.
     *
     * @param text a question
     * @return this builder
     */
    public Builder question(String text) {
      question = text;
      return this;
    }

    /**
     * Sets what was expected before measuring.
     *
     * @param text written before the run
     * @return this builder
     */
    public Builder prediction(String text) {
      prediction = text;
      return this;
    }

    /**
     * Sets how it was measured.
     *
     * @param text a few sentences
     * @return this builder
     */
    public Builder method(String text) {
      method = text;
      return this;
    }

    /**
     * Sets where the effect must vanish.
     *
     * @param text with what was seen there
     * @return this builder
     */
    public Builder control(String text) {
      control = text;
      return this;
    }

    /**
     * Sets what to type to repeat it.
     *
     * @param text the whole command
     * @return this builder
     */
    public Builder command(String text) {
      command = text;
      return this;
    }

    /**
     * Adds a note.
     *
     * @param note what the reader needs to judge the figures by
     * @return this builder
     */
    public Builder note(Note note) {
      notes.add(note);
      return this;
    }

    /**
     * Adds a figure or a table.
     *
     * @param exhibit shown after those added before
     * @return this builder
     */
    public Builder exhibit(Exhibit exhibit) {
      exhibits.add(exhibit);
      return this;
    }

    /**
     * Adds a verdict.
     *
     * @param verdict shown after those added before
     * @return this builder
     */
    public Builder verdict(Verdict verdict) {
      verdicts.add(verdict);
      return this;
    }

    /**
     * Adds a cost or a limit of the figures.
     *
     * @param text a sentence
     * @return this builder
     */
    public Builder cost(String text) {
      costs.add(text);
      return this;
    }

    /**
     * Adds a file of raw results that lies beside the page.
     *
     * @param path relative to the page, with forward slashes
     * @return this builder
     */
    public Builder file(String path) {
      files.add(path);
      return this;
    }

    /**
     * Makes the chapter.
     *
     * @return the chapter
     * @throws IllegalArgumentException as the record's constructor
     */
    public Chapter build() {
      return new Chapter(
          id,
          title,
          claim,
          question,
          prediction,
          method,
          control,
          command,
          notes,
          exhibits,
          verdicts,
          costs,
          files);
    }
  }
}
