#include "app/application.h"

int main(int argc, char** argv) {
  return heddle::ui::runApplication(argc, argv);
}
