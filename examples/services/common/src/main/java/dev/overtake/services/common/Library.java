// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.common;

import static java.nio.file.StandardOpenOption.APPEND;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.StringJoiner;
import org.h2.jdbcx.JdbcConnectionPool;

/** A lending library: a file with its rules, a database with its books. Thread-safe. */
public final class Library implements Endpoints, AutoCloseable {
  private static final int RULES = 500;

  private final Path rules;
  private final JdbcConnectionPool connections;

  /** Writes the file and fills the database, which lives in this process. */
  public Library() throws IOException, SQLException {
    rules = Files.createTempFile("library-rules-", ".txt");
    for (int i = 1; i <= RULES; i++) {
      Files.writeString(rules, "Rule " + i + ": bring it back.\n", APPEND);
    }
    // A database without a name is private to its first connection, so each library needs one.
    connections =
        JdbcConnectionPool.create(
            "jdbc:h2:mem:" + rules.getFileName() + ";DB_CLOSE_DELAY=-1", "sa", "");
    try (Connection connection = connections.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("create table book (title varchar(80) primary key, copies int not null)");
      statement.execute(
          "insert into book values ('A Tale of Two Cities', 3), ('Bleak House', 1), ('Hard Times', 2)");
    }
  }

  @Override
  public String answer(Request request, int n) throws IOException, SQLException {
    return switch (request) {
      case SHORT -> "open\n";
      case LONG -> fib(n) + "\n";
      case FILE -> Files.readAllLines(rules).size() + " rules\n";
      case ROWS -> available();
    };
  }

  private static long fib(int n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }

  private String available() throws SQLException {
    try (Connection connection = connections.getConnection();
        PreparedStatement books =
            connection.prepareStatement(
                "select title, copies from book where copies > ? order by title")) {
      books.setInt(1, 1);
      StringJoiner lines = new StringJoiner("\n", "", "\n");
      try (ResultSet book = books.executeQuery()) {
        while (book.next()) {
          lines.add(book.getString("title") + ": " + book.getInt("copies"));
        }
      }
      return lines.toString();
    }
  }

  @Override
  public void close() throws IOException, SQLException {
    try (Connection connection = connections.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("shutdown");
    } finally {
      connections.dispose();
      Files.deleteIfExists(rules);
    }
  }
}
