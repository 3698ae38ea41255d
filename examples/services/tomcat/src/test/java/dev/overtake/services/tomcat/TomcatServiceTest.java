// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.tomcat;

import dev.overtake.services.common.Model;
import dev.overtake.services.contract.ServiceContract;
import java.util.List;

final class TomcatServiceTest extends ServiceContract {
  TomcatServiceTest() {
    super(TomcatService::start);
  }

  @Override
  protected List<Model> models() {
    return List.of(Model.THREADS, Model.VIRTUAL, Model.OVERTAKE);
  }

  @Override
  protected List<Model> stallingModels() {
    return List.of(Model.VIRTUAL);
  }
}
