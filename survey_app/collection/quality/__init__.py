"""Quality of fieldwork: flags of responses, figures of collectors, work that is set aside."""
