#include "app/application.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QTimer>
#include <cstdio>
#include <filesystem>

#include "app/main_window.h"
#include "app/termination.h"
#include "heddle_version.h"

namespace heddle::ui {
namespace {

// What a child of the window must not need a display for.
bool asksOnlyForWords(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const QLatin1String word(argv[i]);
    if (word == QLatin1String("--version") || word == QLatin1String("-v") ||
        word == QLatin1String("--help") || word == QLatin1String("-h")) {
      return true;
    }
  }
  return false;
}

}  // namespace

int runApplication(int argc, char** argv) {
  const std::unique_ptr<QCoreApplication> application = asksOnlyForWords(argc, argv)
                                                            ? std::make_unique<QCoreApplication>(argc, argv)
                                                            : std::make_unique<QApplication>(argc, argv);
  QCoreApplication::setApplicationName(QStringLiteral("heddle"));
  QCoreApplication::setApplicationVersion(QString::fromLatin1(kVersion));

  QCommandLineParser parser;
  parser.setApplicationDescription(
      QCoreApplication::translate("heddle", "Pretrain, inspect and compare BERT-family encoders."));
  parser.addHelpOption();
  parser.addVersionOption();
  const QCommandLineOption workspace_option(
      QStringLiteral("workspace"),
      QCoreApplication::translate("heddle", "Folder of runs and their database."), QStringLiteral("DIR"));
  const QCommandLineOption first_run_option(
      QStringLiteral("first-run"),
      QCoreApplication::translate("heddle", "Start a first run when the workspace has none."));
  parser.addOptions({workspace_option, first_run_option});
  parser.addPositionalArgument(QStringLiteral("WORKSPACE"),
                               QCoreApplication::translate("heddle", "The same as --workspace."),
                               QStringLiteral("[WORKSPACE]"));
  parser.process(*application);

  const QStringList folders = parser.positionalArguments();
  if (folders.size() + (parser.isSet(workspace_option) ? 1 : 0) > 1) {
    std::fprintf(stderr, "heddle: one workspace can be opened, %d were named (start it once for each)\n",
                 static_cast<int>(folders.size()) + (parser.isSet(workspace_option) ? 1 : 0));
    return 2;
  }
  const QString folder = !folders.isEmpty() ? folders.first() : parser.value(workspace_option);
  MainWindowOptions options;
  const std::filesystem::path root =
      folder.isEmpty() ? defaultWorkspace() : std::filesystem::path(folder.toStdString());
  options.workspace.root = std::filesystem::absolute(root).lexically_normal();
  options.first_run = parser.isSet(first_run_option);

  MainWindow window(options);
  const Termination termination;
  QObject::connect(&termination, &Termination::requested, &window, [&window] {
    window.close();  // saves the session, also under an open dialog
    QCoreApplication::quit();
  });
  window.show();
  QTimer::singleShot(0, &window, &MainWindow::start);
  return QCoreApplication::exec();
}

}  // namespace heddle::ui
