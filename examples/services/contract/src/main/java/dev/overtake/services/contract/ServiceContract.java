// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.overtake.services.common.Library;
import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every service must do, and what it cannot do without Overtake. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ServiceContract {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final int N = 20;
  private static final int SHORT_REQUESTS = 200;
  private static final Map<Request, String> ANSWERS =
      Map.of(
          Request.SHORT, "open\n",
          Request.LONG, "6765\n",
          Request.FILE, "500 rules\n",
          Request.ROWS, "A Tale of Two Cities: 3\nHard Times: 2\n");

  private final Service.Starter starter;

  protected ServiceContract(Service.Starter starter) {
    this.starter = starter;
  }

  /** The models that the framework has. */
  protected abstract List<Model> models();

  /** Those of them that long requests bring to a halt. */
  protected abstract List<Model> stallingModels();

  /** Those of them in which long requests keep nobody waiting. */
  protected List<Model> sharingModels() {
    return List.of(Model.OVERTAKE);
  }

  /** How many long requests it takes: one for an event loop, or for each carrier of the JDK's. */
  protected int longRequestsThatStall(Model model) {
    return model == Model.EVENT_LOOP ? 1 : PROCESSORS;
  }

  /** Returns a client of a service at that port. */
  protected Client client(int port) {
    return new HttpRequests(port);
  }

  @ParameterizedTest
  @MethodSource("models")
  void answersEveryRequest(Model model) throws Exception {
    try (Library library = new Library();
        Service service = starter.start(model, library, 0);
        Client client = client(service.port())) {
      for (Request request : Request.values()) {
        assertThat(client.ask(request, N).join()).isEqualTo(ANSWERS.get(request));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sharingModels")
  void answersBesideLongRequests(Model model) throws Exception {
    try (Library library = new Library()) {
      LongRequests endpoints = new LongRequests(library);
      int hogs = 2 * PROCESSORS;
      try (Service service = starter.start(model, endpoints, 0);
          Client client = client(service.port());
          endpoints) { // released first of all, whatever has failed
        List<CompletableFuture<String>> answers = startLong(client, hogs);
        awaitUnderWay(endpoints, hogs);
        for (int i = 0; i < SHORT_REQUESTS; i++) {
          assertThat(client.ask(Request.SHORT, N).join()).isEqualTo(ANSWERS.get(Request.SHORT));
        }
        for (Request request : List.of(Request.FILE, Request.ROWS)) {
          assertThat(client.ask(request, N).join()).isEqualTo(ANSWERS.get(request));
        }
        assertThat(endpoints.underWay()).as("long requests under way").isEqualTo(hogs);
        endpoints.release();
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo("released\n"));
      }
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("stallingModels")
  void answersNobodyBesideLongRequestsWithoutTimeSharing(Model model) throws Exception {
    int hogs = longRequestsThatStall(model);
    try (Library library = new Library();
        Neighbour neighbour = new Neighbour()) {
      LongRequests endpoints = new LongRequests(library);
      try (Service service = starter.start(model, endpoints, 0);
          Client client = client(service.port())) {
        // More than it takes: the JDK's scheduler has an extra carrier for a while after one of its
        // carriers was blocked, and that one must have something to do, too.
        List<CompletableFuture<String>> answers = startLong(client, 2 * hogs);
        awaitUnderWay(endpoints, hogs);
        neighbour.answer(20);
        CompletableFuture<String> answer = client.ask(Request.SHORT, N);
        neighbour.answer(50);
        assertThat(answer).isNotDone();
        assertThat(endpoints.shortBeforeRelease()).isZero();
        endpoints.release();
        assertThat(answer.join()).isEqualTo(ANSWERS.get(Request.SHORT));
        assertThat(answers).allSatisfy(done -> assertThat(done.join()).isEqualTo("released\n"));
      }
    }
  }

  private static List<CompletableFuture<String>> startLong(Client client, int count) {
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(client.ask(Request.LONG, N));
    }
    return answers;
  }

  private static void awaitUnderWay(LongRequests endpoints, int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> endpoints.underWay() >= count);
  }
}
