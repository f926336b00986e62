"""The application for a server and for `flask --app wsgi`."""

import sys

from survey_app import create_app
from survey_app.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
