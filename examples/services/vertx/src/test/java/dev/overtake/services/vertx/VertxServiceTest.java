// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.vertx;

import dev.overtake.services.common.Model;
import dev.overtake.services.contract.ServiceContract;
import java.util.List;

final class VertxServiceTest extends ServiceContract {
  VertxServiceTest() {
    super(VertxService::start);
  }

  @Override
  protected List<Model> models() {
    return List.of(Model.THREADS, Model.EVENT_LOOP, Model.VERTICLE, Model.VIRTUAL, Model.OVERTAKE);
  }

  @Override
  protected List<Model> stallingModels() {
    return List.of(Model.EVENT_LOOP, Model.VERTICLE, Model.VIRTUAL);
  }

  /** A verticle has one task at a time, whatever its threads. */
  @Override
  protected int longRequestsThatStall(Model model) {
    return model == Model.VIRTUAL ? super.longRequestsThatStall(model) : 1;
  }
}
